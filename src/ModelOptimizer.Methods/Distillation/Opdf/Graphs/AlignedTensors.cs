namespace ModelOptimizer.Methods.Distillation;

/// <summary>A student's weight and the tensors of the teacher's that its auxiliary ones are pulled to.</summary>
/// <param name="Student">The student's.</param>
/// <param name="Teacher">The decomposition of each channel group of the teacher's weight; the shape is the student's but for the central factors.</param>
internal sealed record AlignedTensors(MpoWeight Student, IReadOnlyList<MatrixProductOperator> Teacher);
