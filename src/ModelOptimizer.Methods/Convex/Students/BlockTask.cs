using ModelOptimizer.Onnx.Blocks;

namespace ModelOptimizer.Methods.Convex;

/// <summary>A block that a student shall replace.</summary>
/// <param name="Block">The block.</param>
/// <param name="InputShape">Shape of z, the tensor that enters, for one sample; the batch first.</param>
/// <param name="OutputShape">Shape of y, the tensor that leaves.</param>
/// <param name="ElementType">What the block computes in, a <c>TensorProto.DataType</c> value.</param>
/// <param name="Width">The student's width where it is given or decided; null leaves it to the form.</param>
internal sealed record BlockTask(Block Block, long[] InputShape, long[] OutputShape, int ElementType, int? Width);
