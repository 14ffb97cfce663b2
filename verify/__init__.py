"""Will hold proofs about a system read as data: z3 formulas, counterexamples, reports. Nothing is here yet."""
