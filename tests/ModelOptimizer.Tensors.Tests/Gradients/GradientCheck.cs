using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Tests.Gradients.Reference;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients;

/// <summary>
/// Compares the gradient graph, run by the engine in float32, with central differences of the float64 reference. The loss is Σ w⊙y with drawn weights w, so
/// that every element of every output counts differently.
/// </summary>
internal static class GradientCheck
{
    public const double Step = 1e-5;
    private const double Tolerance = 1e-3;

    public static void Run(Engine engine, GradientCase test)
    {
        var random = new Random(7);
        Real?[] inputs = [.. test.Inputs.Select(input => input.Absent ? null : Draw(input, random))];
        var node = Node(test);
        var outputs = Reference(node, inputs, test);
        Real[] weights =
        [
            .. test.LossOutputs.Select(output => new Real(outputs[output].Shape, [.. outputs[output].Values.Select(_ => (random.NextDouble() * 2) - 1)])),
        ];

        var found = Differentiate(engine, test, node, inputs, weights);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is not { } input || test.Inputs[i].Integers is not null || test.Inputs[i].IsFixed)
            {
                continue;
            }

            var expected = new double[input.Values.Length];
            for (var element = 0; element < expected.Length; element++)
            {
                var value = input.Values[element];
                input.Values[element] = value + Step;
                var above = Loss(Reference(node, inputs, test), weights, test);
                input.Values[element] = value - Step;
                var below = Loss(Reference(node, inputs, test), weights, test);
                input.Values[element] = value;
                expected[element] = (above - below) / (2 * Step);
            }

            Compare(expected, found[i], $"{test}: gradient of input {i}");
        }
    }

    // Relative to the largest element: an element that is small by cancellation has the round-off of the large ones.
    public static void Compare(double[] expected, float[] found, string what)
    {
        found.Length.ShouldBe(expected.Length, what);
        var scale = expected.Max(Math.Abs);
        scale.ShouldBeGreaterThan(0, $"{what}: a gradient of zero tests nothing");
        for (var i = 0; i < expected.Length; i++)
        {
            Math.Abs(found[i] - expected[i]).ShouldBeLessThanOrEqualTo(Tolerance * scale, $"{what}, element {i}: expected {expected[i]}, found {found[i]}");
        }
    }

    private static float[][] Differentiate(Engine engine, GradientCase test, NodeProto node, Real?[] inputs, Real[] weights)
    {
        var proto = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "case" } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = test.Opset });
        var builder = new GraphWriter(new OnnxModel(proto));
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } input)
            {
                builder.Initializer(
                    $"x{i}",
                    test.Inputs[i].Integers is { } integers
                        ? Integers(input.Shape, integers, test.Inputs[i].IntegerType)
                        : WeightValues.Create("", (int)DataType.Float, input.Shape, input.Values)
                );
            }
        }

        // What is differentiated by must not be folded away, so one initialiser is enough to be an input; the node itself comes first.
        proto.Graph.Node.Add(node.Clone());
        string[] terms =
        [
            .. test.LossOutputs.Select((output, k) =>
            {
                var weight = builder.Initializer($"loss_weight{k}", WeightValues.Create("", (int)DataType.Float, weights[k].Shape, weights[k].Values));
                var product = builder.Node("Mul", [node.Output[output], weight]);
                return builder.Node("ReduceSum", [product], GraphWriter.Attribute("keepdims", 0L));
            }),
        ];
        var loss = terms.Length == 1 ? terms[0] : builder.Node("Sum", terms);
        builder.Output(loss, DataType.Float);
        string[] parameters =
        [
            .. Enumerable
                .Range(0, inputs.Length)
                .Where(i => inputs[i] is not null && test.Inputs[i].Integers is null && !test.Inputs[i].IsFixed)
                .Select(i => $"x{i}"),
        ];
        var gradients = Differentiation.Append(builder, loss, parameters, RecurrentCells.WriteOut(engine, builder));
        foreach (var parameter in parameters)
        {
            gradients.Keys.ShouldContain(parameter, $"{test}");
            builder.NodeTo($"gradient_{parameter}", "Identity", [gradients[parameter]]);
            builder.Output(
                $"gradient_{parameter}",
                DataType.Float,
                inputs[int.Parse(parameter[1..], System.Globalization.CultureInfo.InvariantCulture)]!.Shape
            );
        }

        using var session = engine.CreateSession(builder.Build());
        var result = session.Run(new Dictionary<string, HostTensor>(), [.. parameters.Select(parameter => $"gradient_{parameter}")]);
        return
        [
            .. Enumerable.Range(0, inputs.Length).Select(i => result.TryGetValue($"gradient_x{i}", out var gradient) ? gradient.As<float>().ToArray() : []),
        ];
    }

    private static Real[] Reference(NodeProto node, Real?[] inputs, GradientCase test) => ReferenceOperators.Run(node, inputs!, test.Opset);

    private static double Loss(Real[] outputs, Real[] weights, GradientCase test) =>
        test.LossOutputs.Select((output, k) => outputs[output].Values.Zip(weights[k].Values, (value, weight) => value * weight).Sum()).Sum();

    // Numbers of float32, at least a thousandth apart and away from zero, so that a step of the differences crosses no kink.
    private static Real Draw(GradientInput input, Random random)
    {
        var count = Real.CountOf(input.Shape);
        if (input.Integers is { } integers)
        {
            return new Real(input.Shape, [.. integers.Select(value => (double)value)]);
        }

        if (input.Values is { } given)
        {
            return new Real(input.Shape, [.. given.Select(value => (double)(float)value)]);
        }

        var order = Enumerable.Range(0, (int)count).ToArray();
        random.Shuffle(order);
        return new Real(input.Shape, [.. order.Select(rank => (double)(float)Spread(input, (rank + 0.5 + (0.4 * (random.NextDouble() - 0.5))) / count))]);
    }

    private static double Spread(GradientInput input, double share) =>
        input.Positive ? 0.5 + (1.5 * share)
        : share < 0.5 ? -2 + (3.8 * share)
        : (3.8 * share) - 1.8;

    private static NodeProto Node(GradientCase test)
    {
        var node = new NodeProto { OpType = test.Op, Name = "node" };
        node.Input.Add(test.Inputs.Select((input, i) => input.Absent ? "" : $"x{i}"));
        node.Output.Add(Enumerable.Range(0, test.Outputs).Select(i => $"y{i}"));
        node.Attribute.Add(test.Attributes);
        return node;
    }

    private static TensorProto Integers(long[] shape, long[] values, DataType type)
    {
        var tensor = new TensorProto { DataType = (int)type };
        tensor.Dims.Add(shape);
        if (type == DataType.Int64)
        {
            tensor.Int64Data.Add(values);
        }
        else
        {
            tensor.Int32Data.Add(values.Select(value => (int)value));
        }

        return tensor;
    }
}
