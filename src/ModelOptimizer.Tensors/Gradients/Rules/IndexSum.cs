using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>The gradient of reading a tensor at indices along one axis.</summary>
internal static class IndexSum
{
    // Up to here a product with a selection matrix is faster than scattering element by element.
    private const long SmallExtent = 512;

    /// <summary>A tensor of <paramref name="shape"/> whose element is the sum of everything that was read from it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="gradient">What was read, the <paramref name="count"/> indices in the place of <paramref name="axis"/>.</param>
    /// <param name="indices">The indices, of any shape and integer type.</param>
    /// <param name="count">Their number.</param>
    /// <param name="shape">The shape of what they read from.</param>
    /// <param name="axis">The axis along which they read.</param>
    public static string SumAtIndices(this GraphWriter graph, string gradient, string indices, long count, long[] shape, int axis)
    {
        var before = shape[..axis].Product();
        var after = shape[(axis + 1)..].Product();
        var read = graph.Reshape(gradient, before, count, after);
        var sum =
            graph.Opset >= Opsets.ScatterAdds && shape[axis] > SmallExtent
                ? Scatter(graph, read, indices, [before, count, after], shape[axis])
                : Multiply(graph, read, indices, count, shape[axis]);
        return graph.Reshape(sum, shape);
    }

    private static string Scatter(GraphWriter graph, string read, string indices, long[] shape, long extent)
    {
        var positions = graph.Node("Expand", [graph.Reshape(indices, 1, shape[1], 1), graph.Constant(shape)]);
        var zeros = graph.Filled(0, [shape[0], extent, shape[2]]);
        return graph.Node("ScatterElements", [zeros, positions, read], GraphWriter.Attribute("axis", 1L), GraphWriter.Attribute("reduction", "add"));
    }

    // For few elements, and before version 16, where scattering knows no sum.
    private static string Multiply(GraphWriter graph, string read, string indices, long count, long extent)
    {
        var positions = graph.Cast(graph.Reshape(indices, count), TensorProto.Types.DataType.Int64);
        var values = graph.Numbers([0, 1], 2);
        var selection = graph.Node("OneHot", [positions, graph.Constant(extent), values], GraphWriter.Attribute("axis", 0L));
        return graph.Node("MatMul", [selection, read]);
    }
}
