using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

/// <summary>A model before and after it is raised, in ONNX Runtime.</summary>
internal static class RaisingCheck
{
    /// <summary>The raised model, after both have given the same bytes for the same random inputs.</summary>
    public static OnnxModel ShouldGiveTheSame(this Engine engine, OnnxModel model, (double Low, double High)? range = null, int free = 2)
    {
        using var before = engine.CreateSession(model);
        var raised = engine.ShouldBeRaised(model);
        using var after = engine.CreateSession(raised);
        after.Inputs.Select(input => input.Name).ShouldBe(before.Inputs.Select(input => input.Name));
        for (var seed = 1; seed <= 2; seed++)
        {
            var inputs = Inputs(before.Inputs, seed, range, free);
            var (was, now) = (before.Run(inputs), after.Run(inputs));
            now.Keys.ShouldBe(was.Keys);
            foreach (var (name, tensor) in was)
            {
                now[name].Type.ShouldBe(tensor.Type, name);
                now[name].Shape.ShouldBe(tensor.Shape, name);
                now[name].Bytes.ShouldBe(tensor.Bytes, name);
            }
        }

        return raised;
    }

    /// <summary>The raised model; what it gives for one input is compared with numbers that were written down.</summary>
    public static OnnxModel ShouldGive(this Engine engine, OnnxModel model, float[] input, double[] expected, double tolerance = 0)
    {
        var raised = engine.ShouldBeRaised(model);
        using var session = engine.CreateSession(raised);
        var shape = session.Inputs[0].Shape;
        var outputs = session.Run(new Dictionary<string, HostTensor> { [session.Inputs[0].Name] = HostTensor.From<float>(DataType.Float, shape, input) });
        outputs[session.Outputs[0].Name].Doubles().ShouldBe(expected, tolerance);
        return raised;
    }

    /// <summary>The raised model, which hangs together and says what it is.</summary>
    public static OnnxModel ShouldBeRaised(this Engine engine, OnnxModel model)
    {
        var bytes = model.ToBytes();
        var raised = OpsetRaiser.Raise(model, ShapeProbe.Run(engine, model));
        model.ToBytes().ShouldBe(bytes);
        raised.Opset.ShouldBe(13);
        raised.Proto.IrVersion.ShouldBeGreaterThanOrEqualTo(7);
        OnnxValidator.Check(raised).ShouldBeEmpty();
        return raised;
    }

    /// <summary>The operators of the main graph in order.</summary>
    public static string[] Operators(this OnnxModel model) => [.. model.Graph.Node.Select(node => node.OpType)];

    /// <summary>The only node of an operator, in any graph.</summary>
    public static NodeProto Only(this OnnxModel model, string op) => GraphWalk.Nodes(model.Proto).Single(node => node.OpType == op);

    /// <summary>The elements of an int64 constant.</summary>
    public static long[] Integers(this TensorProto tensor) => new ConstantTensor(tensor.Name, tensor, Node: null).Integers();

    /// <summary>Random inputs.</summary>
    /// <param name="inputs">What they are.</param>
    /// <param name="seed">Which ones.</param>
    /// <param name="range">From where to where; null for normal ones.</param>
    /// <param name="free">The extent of free dimensions.</param>
    public static Dictionary<string, HostTensor> Inputs(IReadOnlyList<ModelTensor> inputs, int seed, (double Low, double High)? range = null, int free = 2)
    {
        var given = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            long[] shape = [.. input.Shape.Select(extent => extent < 0 ? free : extent)];
            var normal = GraphBuilder.Normal(shape, 1, ++seed);
            var numbers = range is var (low, high) ? Array.ConvertAll(normal, number => low + ((high - low) * Math.Abs(Math.Sin(number)))) : normal;
            given.Add(input.Name, input.Type switch
            {
                DataType.Float => HostTensor.From<float>(input.Type, shape, Array.ConvertAll(numbers, number => (float)number)),
                DataType.Double => HostTensor.From<double>(input.Type, shape, numbers),
                DataType.Float16 => HostTensor.From<Half>(input.Type, shape, Array.ConvertAll(numbers, number => (Half)number)),
                DataType.Int64 => HostTensor.From<long>(input.Type, shape, Array.ConvertAll(numbers, number => (long)Math.Round(number))),
                DataType.Int32 => HostTensor.From<int>(input.Type, shape, Array.ConvertAll(numbers, number => (int)Math.Round(number))),
                DataType.Bool => HostTensor.From<bool>(input.Type, shape, Array.ConvertAll(numbers, number => number > 0)),
                DataType.Uint8 => HostTensor.From<byte>(input.Type, shape, Array.ConvertAll(numbers, number => (byte)Math.Abs(number * 50))),
                DataType.Int8 => HostTensor.From<sbyte>(input.Type, shape, Array.ConvertAll(numbers, number => (sbyte)Math.Clamp(number * 30, -127, 127))),
                _ => throw new NotSupportedException($"{input.Name} has type {input.Type}"),
            });
        }

        return given;
    }
}
