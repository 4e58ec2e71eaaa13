using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

/// <summary>ONNX operators in float64, written from their definitions and without the engine: what gradients are checked against.</summary>
internal static partial class ReferenceOperators
{
    private delegate Real[] Operator(NodeProto node, Real[] inputs, long opset);

    private static readonly Dictionary<string, Operator> All = new(StringComparer.Ordinal);

    static ReferenceOperators()
    {
        AddElementwise();
        AddActivations();
        AddReductions();
        AddArrangements();
        AddSelections();
        AddConvolutions();
        AddMatrices();
        AddPools();
        AddNormalisations();
        AddEinsum();
        AddResizes();
        AddRecurrences();
    }

    /// <summary>The outputs of <paramref name="node"/>. Integer inputs come as reals; an input left out is null.</summary>
    public static Real[] Run(NodeProto node, Real[] inputs, long opset) => All[node.OpType](node, inputs, opset);

    private static void Add(string name, Func<NodeProto, Real[], Real> one) => All.Add(name, (node, inputs, _) => [one(node, inputs)]);

    private static void Add(string name, Func<NodeProto, Real[], long, Real> one) => All.Add(name, (node, inputs, opset) => [one(node, inputs, opset)]);

    private static void AddOfElement(string name, Func<double, double> one) => Add(name, (_, x) => x[0].Map(one));

    private static long[] Integers(Real tensor) => Array.ConvertAll(tensor.Values, value => (long)value);

    private static int FromStart(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    private static long[] BroadcastShape(params long[][] shapes)
    {
        var rank = shapes.Max(shape => shape.Length);
        var result = Enumerable.Repeat(1L, rank).ToArray();
        foreach (var shape in shapes)
        {
            for (var axis = 0; axis < shape.Length; axis++)
            {
                ref var extent = ref result[rank - shape.Length + axis];
                extent = shape[axis] == 1 ? extent : shape[axis];
            }
        }

        return result;
    }
}
