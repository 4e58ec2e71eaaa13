using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Operators that are one linear map an axis, so that their gradient is one product with a small constant matrix an axis.</summary>
internal static class AxisMaps
{
    /// <summary>The gradient of the input, from that of the output, of shape <paramref name="output"/>; an axis without a map is left as it is.</summary>
    public static string Gradient(GraphWriter graph, string gradient, long[] output, IReadOnlyList<AxisMap?> maps)
    {
        var shape = (long[])output.Clone();
        for (var axis = output.Length - 1; axis >= 0; axis--)
        {
            if (maps[axis] is { } map)
            {
                var after = shape[(axis + 1)..].Product();
                gradient =
                    after == 1
                        ? graph.Gemm(graph.Reshape(gradient, shape[..axis].Product(), map.Outputs), graph.Numbers(map.Weights, map.Outputs, map.Inputs))
                        : graph.Node(
                            "MatMul",
                            [graph.Numbers(Transposed(map), map.Inputs, map.Outputs), graph.Reshape(gradient, shape[..axis].Product(), map.Outputs, after)]
                        );
                shape[axis] = map.Inputs;
            }
        }

        return graph.Reshape(gradient, shape);
    }

    private static float[] Transposed(AxisMap map)
    {
        var transposed = new float[map.Weights.Length];
        for (var output = 0L; output < map.Outputs; output++)
        {
            for (var input = 0L; input < map.Inputs; input++)
            {
                transposed[(input * map.Outputs) + output] = map.Weights[(output * map.Inputs) + input];
            }
        }

        return transposed;
    }
}
