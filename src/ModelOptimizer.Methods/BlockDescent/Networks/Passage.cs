namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What a node does to the tensor that passes through it.</summary>
internal enum Passage
{
    /// <summary>Nothing: Identity, or Dropout in inference.</summary>
    Same,

    /// <summary>Another shape, the numbers and their order as they were.</summary>
    Shape,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>Softmax or its logarithm.</summary>
    Probabilities,
}
