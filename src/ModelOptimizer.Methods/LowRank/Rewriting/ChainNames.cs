namespace ModelOptimizer.Methods.LowRank;

/// <summary>Makes the constants and names of one chain: the original's with <c>_in</c>, <c>_core</c>, <c>_out</c> or <c>_bias</c>.</summary>
internal sealed class ChainNames(LayerReplacement replacement, GraphEditor editor)
{
    private readonly WeightLayer _layer = replacement.Layer;

    public List<TensorProto> Tensors { get; } = [];

    public string Node(string suffix) => editor.UniqueName(_layer.Name + suffix);

    public string Output(string suffix) => editor.UniqueName(_layer.Node.Output[0] + suffix);

    public string Weight(string suffix, Matrix values, params int[] kernel) =>
        Add(_layer.Weight + suffix, [values.Rows, values.Columns / kernel.Aggregate(1, (product, extent) => product * extent), .. kernel.Select(extent => (long)extent)], values.Values);

    /// <summary>The name of the new bias; null when the old one stays.</summary>
    public string? Bias() => replacement.Bias is null ? null : Add(_layer.Weight + "_bias", [replacement.Bias.Length], replacement.Bias);

    /// <summary>A vector of zeros.</summary>
    public string Zeros(string suffix, int count) => Add(_layer.Weight + suffix, [count], new double[count]);

    private string Add(string prefix, long[] dims, double[] values)
    {
        var name = editor.UniqueName(prefix);
        Tensors.Add(WeightValues.Create(name, _layer.ElementType, dims, values));
        return name;
    }
}
