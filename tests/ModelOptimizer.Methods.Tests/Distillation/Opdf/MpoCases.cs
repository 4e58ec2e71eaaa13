using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>Single layers of every kind, and their weights as products of tensors in a graph.</summary>
internal static class MpoCases
{
    public static OnnxModel Model(string kind, int opset = 13) => kind switch
    {
        "conv" => new GraphBuilder(opset).Input("x", [-1, 6, 5, 5]).Conv("x", "layer", 8, 6, [3, 3]).Output("layer").Build(),
        "grouped" => new GraphBuilder(opset).Input("x", [-1, 6, 5, 5]).Conv("x", "layer", 8, 6, [3, 3], group: 2).Output("layer").Build(),
        "depth-wise" => new GraphBuilder(opset).Input("x", [-1, 6, 5, 5]).Conv("x", "layer", 6, 6, [3, 3], group: 6).Output("layer").Build(),
        "gemm" => new GraphBuilder(opset).Input("x", [-1, 18]).Gemm("x", "layer", 8, 18).Output("layer").Build(),
        "gemm transposed" => new GraphBuilder(opset).Input("x", [-1, 18]).Gemm("x", "layer", 8, 18, transB: true).Output("layer").Build(),
        _ => new GraphBuilder(opset).Input("x", [-1, 18]).MatMul("x", "layer", 8, 18).Output("layer").Build(),
    };

    public static WeightLayer Layer(OnnxModel model) => LayerFinder.Find(model).Single();

    public static IReadOnlyList<MatrixProductOperator> Decompose(OnnxModel model, double rate = 2.5)
    {
        var layer = Layer(model);
        var (_, rows, columns) = LayerMatrices.Size(layer);
        var shape = ShapeChoice.For(rows, columns, 5, rate);
        return
        [
            .. LayerMatrices
                .Read(layer, new ConstantLookup(model.Graph))
                .Select(matrix => MpoDecomposition.Decompose(TestEngine.Shared.LinearAlgebra, matrix, shape)),
        ];
    }

    /// <summary>A graph with nothing in it but the tensors and what makes the weight of them.</summary>
    public static (GraphWriter Graph, MpoWeight Weight) Graph(OnnxModel model, IReadOnlyList<MatrixProductOperator> operators)
    {
        var graph = new GraphWriter();
        return (graph, MpoWeight.Add(graph, Layer(model), operators));
    }

    /// <summary>The numbers of <paramref name="tensors"/> in a graph that has no inputs.</summary>
    public static float[][] Run(GraphWriter graph, params string[] tensors)
    {
        foreach (var tensor in tensors.Where(tensor => graph.Model.Graph.Output.All(output => output.Name != tensor)))
        {
            var output = GraphWriter.Value(tensor, ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType.Float);
            output.Type.TensorType.Shape = null;
            graph.Model.Graph.Output.Add(output);
        }

        using var session = TestEngine.Shared.CreateSession(graph.Build());
        var values = session.Run(new Dictionary<string, HostTensor>());
        return [.. tensors.Select(tensor => values[tensor].As<float>().ToArray())];
    }

    public static float[] Stored(OnnxModel model, string name) => WeightValues.ReadFloats(model.Graph.Initializer.Single(tensor => tensor.Name == name));
}
