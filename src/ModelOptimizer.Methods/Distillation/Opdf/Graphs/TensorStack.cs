namespace ModelOptimizer.Methods.Distillation;

/// <summary>Matrices of one size, one for each channel group of a layer, as a float32 tensor: a matrix for one group, else stacked along a first axis.</summary>
internal static class TensorStack
{
    /// <summary>The axis of the groups; none for a single one.</summary>
    public static long[] Axis(int groups) => groups == 1 ? [] : [groups];

    /// <summary>The tensor of <paramref name="matrices"/>.</summary>
    public static TensorProto Of(IReadOnlyList<Matrix> matrices) =>
        WeightValues.Create("", (int)TensorProto.Types.DataType.Float, [.. Axis(matrices.Count), matrices[0].Rows, matrices[0].Columns], matrices.SelectMany(matrix => matrix.Values).ToArray());

    /// <summary>The matrices of a tensor.</summary>
    /// <param name="values">Its numbers.</param>
    /// <param name="groups">How many there are.</param>
    /// <param name="columns">Their width.</param>
    public static IReadOnlyList<Matrix> Read(ReadOnlySpan<float> values, int groups, int columns)
    {
        var length = values.Length / groups;
        var matrices = new Matrix[groups];
        for (var group = 0; group < groups; group++)
        {
            matrices[group] = new Matrix(length / columns, columns, Array.ConvertAll(values.Slice(group * length, length).ToArray(), value => (double)value));
        }

        return matrices;
    }
}
