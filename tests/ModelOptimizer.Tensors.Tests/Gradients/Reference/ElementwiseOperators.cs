namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddElementwise()
    {
        Add("Add", (_, x) => Combine(x, values => values[0] + values[1]));
        Add("Mul", (_, x) => Combine(x, values => values[0] * values[1]));
        Add("Relu", (_, x) => x[0].Map(value => Math.Max(value, 0)));
    }

    private static Real Combine(Real[] inputs, Func<double[], double> function)
    {
        var shape = BroadcastShape([.. inputs.Select(input => input.Shape)]);
        return new Real(shape, [.. Real.Indices(shape).Select(index => function([.. inputs.Select(input => input.Broadcast(index))]))]);
    }
}
