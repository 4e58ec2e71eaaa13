namespace ModelOptimizer.Onnx;

/// <summary>What one sample is like where a model's file leaves that open: it is no part of the file.</summary>
internal sealed record SampleForm
{
    /// <summary>Nothing is known: free dimensions are 1.</summary>
    public static SampleForm Unknown { get; } = new();

    /// <summary>Extents of inputs with free dimensions, the first of them included, for one sample; those of inputs that are not named are 1.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes { get; init; } = new Dictionary<string, long[]>();

    /// <summary>From where to where the random numbers for an input go, both ends included; whole ones for inputs of whole numbers.</summary>
    public IReadOnlyDictionary<string, (double Low, double High)> Ranges { get; init; } = new Dictionary<string, (double Low, double High)>();

    /// <summary>Whether the model takes no more than one sample in a run, though the first dimension of its inputs is free.</summary>
    public bool IsOneByOne { get; init; }

    /// <summary>The extent of a free dimension for one sample.</summary>
    public long Extent(string input, int axis) => Shapes.TryGetValue(input, out var shape) && axis < shape.Length ? shape[axis] : 1;
}
