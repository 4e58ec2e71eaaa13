namespace ModelOptimizer.Tensors.Training;

/// <summary>A weight that is trained: its place in the vector of all of them.</summary>
/// <param name="Name">The initialiser's name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Its first element in the vector.</param>
/// <param name="Count">Number of elements.</param>
public sealed record TrainedTensor(string Name, long[] Shape, int Offset, int Count);
