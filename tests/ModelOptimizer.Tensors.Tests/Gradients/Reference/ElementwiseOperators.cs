using MathNet.Numerics;
using ModelOptimizer.Onnx.Graphs;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddElementwise()
    {
        Add("Add", (_, x) => Combine(x, values => values[0] + values[1]));
        Add("Mul", (_, x) => Combine(x, values => values[0] * values[1]));
        Add("Sub", (_, x) => Combine(x, values => values[0] - values[1]));
        Add("Div", (_, x) => Combine(x, values => values[0] / values[1]));
        Add("Pow", (_, x) => Combine(x, values => Math.Pow(values[0], values[1])));
        Add("Sum", (_, x) => Combine(x, values => values.Sum()));
        Add("Mean", (_, x) => Combine(x, values => values.Average()));
        Add("Max", (_, x) => Combine(x, values => values.Max()));
        Add("Min", (_, x) => Combine(x, values => values.Min()));
        Add("Where", (_, x) => Combine(x, values => values[0] != 0 ? values[1] : values[2]));
        Add("PRelu", (_, x) => Combine(x, values => values[0] < 0 ? values[0] * values[1] : values[0]));
        AddOfElement("Relu", value => Math.Max(value, 0));
        AddOfElement("Neg", value => -value);
        AddOfElement("Sqrt", Math.Sqrt);
        AddOfElement("Exp", Math.Exp);
        AddOfElement("Log", Math.Log);
        AddOfElement("Abs", Math.Abs);
        AddOfElement("Reciprocal", value => 1 / value);
        AddOfElement("Erf", SpecialFunctions.Erf);
        AddOfElement("Identity", value => value);
        Add("Cast", (node, x) => node.Int("to", 0) == (long)DataType.Int64 ? x[0].Map(Math.Truncate) : x[0]);
        AddOfElement("Dropout", value => value);
    }

    private static Real Combine(Real[] inputs, Func<double[], double> function)
    {
        var shape = BroadcastShape([.. inputs.Select(input => input.Shape)]);
        return new Real(shape, [.. Real.Indices(shape).Select(index => function([.. inputs.Select(input => input.Broadcast(index))]))]);
    }
}
