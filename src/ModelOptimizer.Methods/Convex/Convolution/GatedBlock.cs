using System.Numerics.Tensors;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// S(z) = Conv³(Conv²(z) ⊙ 1[Conv¹(z) > 0]) + b (Varshney and Pilanci, eq. 8). Rows of matrices are the filters of convolutions in stored order: channels, then
/// taps.
/// </summary>
/// <param name="Window">The window of Conv¹ and Conv².</param>
/// <param name="Gates">Conv¹, m×D, fixed.</param>
/// <param name="Filters">Conv², m×D: w_j in row j.</param>
/// <param name="Mixer">Conv³, a 1×1 convolution, outputs×m: a_j in column j.</param>
/// <param name="Bias">b, one number for each output.</param>
internal sealed record GatedBlock(ConvGeometry Window, GateFilters Gates, Matrix Filters, Matrix Mixer, double[] Bias)
{
    /// <summary>m.</summary>
    public int Width => Filters.Rows;

    /// <summary>
    /// The same block with ‖w_j‖ = ‖a_j‖ for every j: only their product counts, and equal lengths condition both least-squares problems alike. What is zero
    /// stays as it is.
    /// </summary>
    public GatedBlock Balanced()
    {
        var (filters, mixer) = (Filters.Clone(), Mixer.Clone());
        for (var j = 0; j < Width; j++)
        {
            var (inner, outer) = (Norm(filters.Row(j)), ColumnNorm(mixer, j));
            if (inner > 0 && outer > 0)
            {
                var scale = Math.Sqrt(outer / inner);
                TensorPrimitives.Multiply(filters.Row(j), scale, filters.Row(j));
                for (var k = 0; k < mixer.Rows; k++)
                {
                    mixer[k, j] /= scale;
                }
            }
        }

        return this with { Filters = filters, Mixer = mixer };
    }

    private static double Norm(ReadOnlySpan<double> row) => TensorPrimitives.Norm(row);

    private static double ColumnNorm(Matrix matrix, int column) =>
        Math.Sqrt(Enumerable.Range(0, matrix.Rows).Sum(row => matrix[row, column] * matrix[row, column]));
}

/// <summary>Conv¹: the gates, which nothing changes.</summary>
/// <param name="Filters">m×D.</param>
/// <param name="Bias">One number for each gate where the teacher's first layer has a bias; null otherwise.</param>
internal sealed record GateFilters(Matrix Filters, double[]? Bias = null);

/// <summary>The parts of a gated block as nodes of the product's own graphs, float32.</summary>
internal static class GatedGraph
{
    /// <summary>1[Conv¹(z) > 0], bool, N×m×H'×W'.</summary>
    public static string Open(GraphWriter graph, string images, GateFilters gates, ConvGeometry window)
    {
        string[] inputs =
        [
            images,
            Weight(graph, "gates", gates.Filters, Shape(gates.Filters, window)),
            .. gates.Bias is { } bias ? [Weight(graph, "thresholds", bias, bias.Length)] : Array.Empty<string>(),
        ];
        return graph.Node("Greater", [graph.Node("Conv", inputs, Attributes(window)), graph.Scalar(0)]);
    }

    /// <summary>Conv²(z) ⊙ M, N×m×H'×W'.</summary>
    public static string Hidden(GraphWriter graph, string images, string open, string filters, ConvGeometry window) =>
        graph.Node(
            "Mul",
            [graph.Node("Conv", [images, filters], Attributes(window)), graph.Node("Cast", [open], GraphWriter.Attribute("to", (long)DataType.Float))]
        );

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
