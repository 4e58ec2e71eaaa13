using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Shapes;

/// <summary>The shape of every tensor of a model's main graph, found by running it once.</summary>
internal static class ShapeProbe
{
    // A pass keeps its outputs alive until their shapes are read.
    private const int TensorsPerPass = 64;

    /// <summary>
    /// Runs <paramref name="model"/> on zeros (free dimensions 1) with its intermediate tensors as outputs.
    /// Tensors whose shape depends on values may differ on real data. Sequences, maps, optionals and tensors of sub-graphs are left out.
    /// </summary>
    /// <returns>Shapes by name, weights included; empty where the model cannot run on zeros.</returns>
    public static IReadOnlyDictionary<string, long[]> Run(Engine engine, OnnxModel model)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        try
        {
            var names = Tensors(model.Graph);
            foreach (var part in names.Chunk(TensorsPerPass))
            {
                Read(engine, model, part, shapes);
            }
        }
        catch (Exception failure)
            when (failure is DiagnosticException or OnnxRuntimeException or OverflowException or InvalidOperationException or ArgumentException)
        {
            return new Dictionary<string, long[]>(StringComparer.Ordinal);
        }

        foreach (var weight in model.Graph.Initializer)
        {
            shapes.TryAdd(weight.Name, [.. weight.Dims]);
        }

        return shapes;
    }

    private static List<string> Tensors(GraphProto graph) =>
        [.. graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];

    private static void Read(Engine engine, OnnxModel model, IReadOnlyCollection<string> names, Dictionary<string, long[]> shapes)
    {
        using var session = engine.Sessions.CreateExact(WithOutputs(model, names), SessionKind.AsWritten);
        var inputs = session.Inputs.ToDictionary(input => input.Name, Zeros, StringComparer.Ordinal);
        foreach (var (name, tensor) in inputs)
        {
            shapes[name] = tensor.Shape;
        }

        using var values = session.RunNative(inputs, names);
        foreach (var (name, value) in names.Zip(values))
        {
            if (value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR)
            {
                shapes[name] = value.GetTensorTypeAndShape().Shape;
            }
        }
    }

    internal static OnnxModel WithOutputs(OnnxModel model, IReadOnlyCollection<string> names)
    {
        var proto = new ModelProto(model.Proto);
        proto.TrainingInfo.Clear();
        var declared = proto.Graph.Output.ToDictionary(output => output.Name, StringComparer.Ordinal);
        proto.Graph.Output.Clear();
        proto.Graph.Output.AddRange(names.Select(name => declared.GetValueOrDefault(name) ?? new ValueInfoProto { Name = name }));
        return new OnnxModel(proto, model.Path);
    }

    internal static HostTensor Zeros(ModelTensor input)
    {
        long[] shape = [.. input.Shape.Select(extent => extent < 0 ? 1 : extent)];
        var bytes = checked(shape.Aggregate(1L, (product, extent) => product * extent) * WidthOf(input.Type));
        return new HostTensor(input.Type, shape, new byte[bytes]);
    }

    private static int WidthOf(TensorProto.Types.DataType type) =>
        ElementTypes.Bits((int)type) is { } bits and >= 8 ? bits / 8 : throw new InvalidOperationException($"{type} has no width in bytes");
}
