using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Tests.Gradients.Reference;

namespace ModelOptimizer.Tensors.Tests.Gradients;

/// <summary>As <see cref="GradientCheck"/>, for a graph of several nodes.</summary>
internal static class GraphCheck
{
    /// <summary>An initialiser of drawn numbers between −1 and 1.</summary>
    public static string Drawn(this GraphWriter builder, string name, Random random, params long[] shape)
    {
        double[] values = [.. Enumerable.Range(0, (int)Real.CountOf(shape)).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];
        return builder.Initializer(name, WeightValues.Create(name, (int)TensorProto.Types.DataType.Float, shape, values));
    }

    public static void Run(Engine engine, GraphWriter builder, string loss, params string[] parameters)
    {
        var reference = new ReferenceGraph(builder.Model.Graph.Clone(), builder.Opset);
        builder.Output(loss, TensorProto.Types.DataType.Float);
        var gradients = Differentiation.Append(builder, loss, parameters, ShapeProbe.Run(engine, builder.Model));
        foreach (var parameter in parameters)
        {
            builder.Output(
                builder.NodeTo($"gradient_{parameter}", "Identity", [gradients[parameter]]),
                TensorProto.Types.DataType.Float,
                reference[parameter].Shape
            );
        }

        using var session = engine.CreateSession(builder.Build());
        var found = session.Run(new Dictionary<string, HostTensor>(), [.. parameters.Select(parameter => $"gradient_{parameter}")]);
        foreach (var parameter in parameters)
        {
            GradientCheck.Compare(
                Differences(reference, loss, reference[parameter].Values),
                found[$"gradient_{parameter}"].As<float>().ToArray(),
                $"gradient of {parameter}"
            );
        }
    }

    private static double[] Differences(ReferenceGraph reference, string loss, double[] values)
    {
        var differences = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            values[i] = value + GradientCheck.Step;
            var above = reference.Run(loss).Values[0];
            values[i] = value - GradientCheck.Step;
            var below = reference.Run(loss).Values[0];
            values[i] = value;
            differences[i] = (above - below) / (2 * GradientCheck.Step);
        }

        return differences;
    }
}
