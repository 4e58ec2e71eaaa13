using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Shapes;

/// <summary>
/// The shape of every tensor of a model's main graph. One session infers them, as the runtime does when it loads a model; only what that leaves open takes a
/// run. Time grows with the number of nodes, and large weights are neither copied nor handed over: shapes do not depend on them.
/// </summary>
internal static class ShapeProbe
{
    // Longer than any list of extents, axes or pads that a shape is computed from.
    private const long LargestShapeData = 1024;

    /// <summary>
    /// Shapes for one sample (<see cref="OnnxModel.Samples"/>), on zeros where a run is needed, or on the least whole numbers that an input takes: tensors
    /// whose shape depends on values may differ on real data.
    /// Sequences, maps, optionals and tensors of sub-graphs are left out.
    /// </summary>
    /// <returns>Shapes by name, weights included; empty where ONNX Runtime refuses the model, or where it cannot run on zeros and would have to.</returns>
    public static IReadOnlyDictionary<string, long[]> Run(Engine engine, OnnxModel model)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        try
        {
            var proto = Bare(model);
            var open = Infer(engine, proto, model.Path, shapes);
            Measure(engine, proto, model.Path, model.Samples, open, shapes);
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

    /// <summary>The main graph with fixed inputs, large constants among them, and without what the file says about shapes: that may be wrong.</summary>
    private static ModelProto Bare(OnnxModel model)
    {
        var source = model.Graph;
        var graph = new GraphProto { Name = source.Name };
        var large = source.Initializer.Where(IsLarge).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var node in source.Node)
        {
            if (LargeConstant(node) is { } constant)
            {
                large.Add(node.Output[0], constant);
            }
            else
            {
                graph.Node.Add(node);
            }
        }

        graph.Initializer.AddRange(source.Initializer.Where(tensor => !IsLarge(tensor)));
        graph.SparseInitializer.AddRange(source.SparseInitializer);
        graph.Input.AddRange(source.Input.Where(input => !large.ContainsKey(input.Name)).Select(input => Fixed(input, model.Samples)));
        graph.Input.AddRange(large.Select(pair => Input(pair.Key, pair.Value.DataType, pair.Value.Dims)));
        var proto = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = graph };
        proto.OpsetImport.AddRange(model.Proto.OpsetImport);
        proto.Functions.AddRange(model.Proto.Functions);
        return proto;
    }

    /// <summary>Fills in what loading tells, and returns the tensors of which it does not.</summary>
    private static List<string> Infer(Engine engine, ModelProto proto, string? path, Dictionary<string, long[]> shapes)
    {
        var names = proto.Graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal);
        SetOutputs(proto.Graph, names);
        using var session = engine.Sessions.CreateExact(new OnnxModel(proto, path), SessionKind.AsWritten);
        foreach (var input in session.Inputs)
        {
            shapes[input.Name] = input.Shape;
        }

        var open = new List<string>();
        foreach (var output in session.Outputs.Where(output => output.Type != TensorProto.Types.DataType.Undefined))
        {
            // The runtime describes a scalar and a tensor of unknown rank alike.
            if (output.Shape.Length == 0 || output.Shape.Any(extent => extent < 0))
            {
                open.Add(output.Name);
            }
            else
            {
                shapes[output.Name] = output.Shape;
            }
        }

        return open;
    }

    /// <summary>Has shapes computed beside the tensors, so that none of these is kept; runs only where a rank or an extent is not known by then.</summary>
    private static void Measure(
        Engine engine, ModelProto proto, string? path, SampleForm form, List<string> open, Dictionary<string, long[]> shapes)
    {
        if (open.Count == 0)
        {
            return;
        }

        var ofShape = open.ToDictionary(name => $"shape of {name}", StringComparer.Ordinal);
        foreach (var (result, name) in ofShape)
        {
            var node = new NodeProto { OpType = "Shape" };
            node.Input.Add(name);
            node.Output.Add(result);
            proto.Graph.Node.Add(node);
        }

        SetOutputs(proto.Graph, ofShape.Keys);
        using var session = engine.Sessions.CreateExact(new OnnxModel(proto, path), SessionKind.AsWritten);
        var scalars = session.Outputs.Where(output => output.Shape is [0]).Select(output => output.Name).ToList();
        scalars.ForEach(result => shapes[ofShape[result]] = []);
        string[] unknown = [.. ofShape.Keys.Except(scalars, StringComparer.Ordinal)];
        if (unknown.Length == 0)
        {
            return;
        }

        // All inputs share the same zeros, but those that cannot be zero.
        var zeros = new byte[session.Inputs.Select(BytesOf).DefaultIfEmpty(0).Max()];
        var inputs = session.Inputs.ToDictionary(
            input => input.Name, input => new HostTensor(input.Type, input.Shape, Least(input, form) ?? zeros), StringComparer.Ordinal);
        using var values = session.RunNative(inputs, unknown);
        foreach (var (result, value) in unknown.Zip(values))
        {
            shapes[ofShape[result]] = value.GetTensorDataAsSpan<long>().ToArray();
        }
    }

    internal static OnnxModel WithOutputs(OnnxModel model, IReadOnlyCollection<string> names)
    {
        var proto = new ModelProto(model.Proto);
        proto.TrainingInfo.Clear();
        SetOutputs(proto.Graph, names);
        return new OnnxModel(proto, model.Path) { Samples = model.Samples };
    }

    internal static HostTensor Zeros(ModelTensor input, SampleForm form)
    {
        long[] shape = [.. input.Shape.Select((extent, axis) => extent < 0 ? form.Extent(input.Name, axis) : extent)];
        var fixedInput = input with { Shape = shape };
        return new HostTensor(input.Type, shape, Least(fixedInput, form) ?? new byte[BytesOf(fixedInput)]);
    }

    // Whole numbers choose branches and rows: where zero is none of those that an input takes, the least is.
    private static byte[]? Least(ModelTensor input, SampleForm form)
    {
        if (!form.Ranges.TryGetValue(input.Name, out var range) || range is { Low: <= 0, High: >= 0 })
        {
            return null;
        }

        var bytes = new byte[BytesOf(input)];
        switch (input.Type)
        {
            case TensorProto.Types.DataType.Int64:
                MemoryMarshal.Cast<byte, long>(bytes.AsSpan()).Fill((long)range.Low);
                return bytes;
            case TensorProto.Types.DataType.Int32:
                MemoryMarshal.Cast<byte, int>(bytes.AsSpan()).Fill((int)range.Low);
                return bytes;
            default:
                return null;
        }
    }

    private static int BytesOf(ModelTensor input)
    {
        var tensor = new TensorProto { DataType = (int)input.Type };
        tensor.Dims.AddRange(input.Shape);
        return ElementTypes.ByteLength(tensor) is <= int.MaxValue / 2 and var bytes
            ? (int)bytes
            : throw new InvalidOperationException($"zeros for {input.Name} are not possible");
    }

    private static void SetOutputs(GraphProto graph, IEnumerable<string> names)
    {
        graph.Output.Clear();
        graph.Output.AddRange(names.Select(name => new ValueInfoProto { Name = name }));
    }

    private static ValueInfoProto Fixed(ValueInfoProto input, SampleForm form)
    {
        if (input.Type?.TensorType is not { } tensor)
        {
            return input;
        }

        // A free dimension has a name, or nothing.
        var extents = tensor.Shape?.Dim.Select((dim, axis) =>
            dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? dim.DimValue : form.Extent(input.Name, axis));
        return Input(input.Name, tensor.ElemType, extents ?? []);
    }

    private static ValueInfoProto Input(string name, int elementType, IEnumerable<long> dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = elementType, Shape = shape } } };
    }

    private static TensorProto? LargeConstant(NodeProto node) =>
        node.Operator() == "Constant" && node.Output.Count == 1 && node.Attribute is [{ Name: "value", T: { } tensor }]
        && IsLarge(tensor)
            ? tensor
            : null;

    // A shape that does not fit a number is large, and refused by the runtime.
    private static bool IsLarge(TensorProto tensor) => ElementTypes.Count(tensor.Dims) is null or > LargestShapeData;
}
