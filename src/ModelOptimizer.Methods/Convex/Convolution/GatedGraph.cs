using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex;

/// <summary>The parts of a gated block as nodes of the product's own graphs, float32.</summary>
internal static class GatedGraph
{
    /// <summary>1[Conv¹(z) > 0], bool, N×m×H'×W'.</summary>
    public static string Open(GraphWriter graph, string images, GateFilters gates, ConvGeometry window)
    {
        string[] inputs = [images, Weight(graph, "gates", gates.Filters, Shape(gates.Filters, window)), .. gates.Bias is { } bias ? [Weight(graph, "thresholds", bias, bias.Length)] : Array.Empty<string>()];
        return graph.Node("Greater", [graph.Node("Conv", inputs, Attributes(window)), graph.Scalar(0)]);
    }

    /// <summary>Conv²(z) ⊙ M, N×m×H'×W'.</summary>
    public static string Hidden(GraphWriter graph, string images, string open, string filters, ConvGeometry window) =>
        graph.Node("Mul", [graph.Node("Conv", [images, filters], Attributes(window)), graph.Node("Cast", [open], GraphWriter.Attribute("to", (long)DataType.Float))]);

    /// <summary>The shape in which a convolution takes the rows of <paramref name="filters"/>.</summary>
    public static long[] Shape(Matrix filters, ConvGeometry window) => [filters.Rows, filters.Columns / window.Taps, window.Kernel[0], window.Kernel[1]];

    /// <summary>A float32 initialiser.</summary>
    public static string Weight(GraphWriter graph, string name, Matrix values, params long[] shape) => Weight(graph, name, values.Values, shape);

    /// <inheritdoc cref="Weight(GraphWriter, string, Matrix, long[])"/>
    public static string Weight(GraphWriter graph, string name, double[] values, params long[] shape) =>
        graph.Initializer(name, WeightValues.Create(name, (int)DataType.Float, shape, values));

    /// <summary>The attributes of a convolution with this window.</summary>
    public static Onnx.Proto.AttributeProto[] Attributes(ConvGeometry window) =>
    [
        GraphWriter.Attribute("kernel_shape", Long(window.Kernel)),
        GraphWriter.Attribute("strides", Long(window.Strides)),
        GraphWriter.Attribute("pads", Long(window.Pads)),
    ];

    private static long[] Long(int[] values) => Array.ConvertAll(values, value => (long)value);
}
