using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>A layer's weight while it is trained: the product of trainable tensors instead of a constant.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Shape">The shape of the matrix of each channel group.</param>
/// <param name="Tensors">Names of the initialisers G_1…G_n.</param>
internal sealed record MpoWeight(WeightLayer Layer, MpoShape Shape, IReadOnlyList<string> Tensors)
{
    private readonly record struct Part(string Name, int Rows, int Columns);

    private int Groups => Layer.Window?.Group ?? 1;

    /// <summary>
    /// Adds G_1…G_n and the nodes that multiply them to a tensor of the weight's name and shape; a constant of that name must not be there any more.
    /// </summary>
    /// <param name="graph">The graph, with nothing in it yet that reads the weight.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="operators">The decomposition of each channel group's matrix, all of one shape.</param>
    public static MpoWeight Add(GraphWriter graph, WeightLayer layer, IReadOnlyList<MatrixProductOperator> operators)
    {
        var shape = operators[0].Shape;
        var tensors = Enumerable
            .Range(0, shape.Count)
            .Select(k => graph.Initializer(graph.NewName($"{layer.Weight}/mpo_"), TensorStack.Of([.. operators.Select(group => group.Train.Cores[k])])));
        var weight = new MpoWeight(layer, shape, [.. tensors]);
        weight.AddNodes(graph);
        return weight;
    }

    /// <summary>The tensors of each channel group.</summary>
    /// <param name="read">The numbers of an initialiser.</param>
    public IReadOnlyList<IReadOnlyList<Matrix>> Read(Func<string, float[]> read)
    {
        var stacks = Tensors.Select((name, k) => TensorStack.Read(read(name), Groups, Shape.Bonds[k + 1])).ToList();
        return [.. Enumerable.Range(0, Groups).Select(group => stacks.ConvertAll(stack => stack[group]))];
    }

    /// <summary>The weight that the tensors make, in its stored order.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="read">The numbers of an initialiser.</param>
    public double[] Contract(ILinearAlgebra algebra, Func<string, float[]> read) =>
        [.. Read(read).SelectMany(tensors => new MatrixProductOperator(Shape, new TensorTrain(Shape.Modes, tensors), []).Contract(algebra).Values)];

    private void AddNodes(GraphWriter graph)
    {
        var product = new ContractionOrder(Shape).Fold(
            k => new Part(Tensors[k], Shape.Bonds[k] * Shape.Modes[k], Shape.Bonds[k + 1]),
            (left, right, extents) => new Part(
                graph.Node("MatMul", [Seen(graph, left, extents.Rows, extents.Bond), Seen(graph, right, extents.Bond, extents.Columns)]),
                extents.Rows,
                extents.Columns));
        var pairs = product.Name;
        var axis = TensorStack.Axis(Groups);
        var (extents, order) = PairOrder.Of(Shape);
        if (!order.SequenceEqual(Enumerable.Range(0, order.Length)))
        {
            // Order has, for each place of the pairs, the axis of the matrix; a Transpose wants the place of each axis.
            long[] places = [.. Enumerable.Range(0, order.Length).Select(side => (long)(axis.Length + Array.IndexOf(order, side)))];
            var cut = graph.Node("Reshape", [pairs, graph.Constant([.. axis, .. order.Select(side => (long)extents[side])])]);
            pairs = graph.Node("Transpose", [cut], GraphWriter.Attribute("perm", axis.Length == 0 ? places : [0, .. places]));
        }

        graph.NodeTo(Layer.Weight, "Reshape", [pairs, graph.Constant(Layer.WeightShape)]);
    }

    private string Seen(GraphWriter graph, Part part, int rows, int columns) =>
        (part.Rows, part.Columns) == (rows, columns)
            ? part.Name
            : graph.Node("Reshape", [part.Name, graph.Constant([.. TensorStack.Axis(Groups), rows, columns])]);
}

/// <summary>
/// Matrices of one size, one for each channel group of a layer, as a float32 tensor: a matrix for one group, else stacked along a first axis.
/// </summary>
internal static class TensorStack
{
    /// <summary>The axis of the groups; none for a single one.</summary>
    public static long[] Axis(int groups) => groups == 1 ? [] : [groups];

    /// <summary>The tensor of <paramref name="matrices"/>.</summary>
    public static TensorProto Of(IReadOnlyList<Matrix> matrices) =>
        WeightValues.Create(
            "",
            (int)TensorProto.Types.DataType.Float,
            [.. Axis(matrices.Count), matrices[0].Rows, matrices[0].Columns],
            matrices.SelectMany(matrix => matrix.Values).ToArray()
        );

    /// <summary>The matrices of a tensor.</summary>
    /// <param name="values">Its numbers.</param>
    /// <param name="groups">How many there are.</param>
    /// <param name="columns">Their width.</param>
    public static IReadOnlyList<Matrix> Read(ReadOnlySpan<float> values, int groups, int columns)
    {
        var length = values.Length / groups;
        var matrices = new Matrix[groups];
        for (var group = 0; group < groups; group++)
        {
            matrices[group] = new Matrix(length / columns, columns, Array.ConvertAll(values.Slice(group * length, length).ToArray(), value => (double)value));
        }

        return matrices;
    }
}

/// <summary>L_Aux = (1/M)·Σ_m Σ_{k auxiliary} MSE(A_k of the student's m-th matrix, A_k of its teacher's), differentiable by the student's tensors.</summary>
internal static class AuxiliaryLoss
{
    /// <summary>Adds the nodes; the central tensors take no part.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="aligned">The M matrices; at least one.</param>
    /// <returns>The name of a scalar.</returns>
    public static string Add(GraphWriter graph, IReadOnlyList<AlignedTensors> aligned)
    {
        var terms = aligned
            .SelectMany(pair => Enumerable.Range(0, pair.Student.Shape.Count).Where(k => k != pair.Student.Shape.Center).Select(k => Term(graph, pair, k)))
            .ToList();
        return graph.Node("Mul", [graph.Node("Sum", terms), graph.Scalar(1f / aligned.Count)]);
    }

    /// <summary>The number itself.</summary>
    /// <param name="aligned">The M matrices.</param>
    /// <param name="read">The numbers of an initialiser.</param>
    public static double Value(IReadOnlyList<AlignedTensors> aligned, Func<string, float[]> read) =>
        aligned.Average(pair =>
            pair.Student.Read(read)
                .Zip(pair.Teacher, (student, teacher) =>
                    Enumerable
                        .Range(0, student.Count)
                        .Where(k => k != pair.Student.Shape.Center)
                        .Sum(k =>
                            TensorPrimitives.Distance<double>(student[k].Values, teacher.Train.Cores[k].Values) is var distance
                                ? distance * distance / student[k].Values.Length
                                : 0
                        )
                )
                .Average()
        );

    private static string Term(GraphWriter graph, AlignedTensors pair, int k)
    {
        var name = pair.Student.Tensors[k];
        var teacher = graph.Initializer(graph.NewName($"{name}_teacher"), TensorStack.Of([.. pair.Teacher.Select(group => group.Train.Cores[k])]));
        var difference = graph.Node("Sub", [name, teacher]);
        return graph.Node("ReduceMean", [graph.Node("Mul", [difference, difference])], GraphWriter.Attribute("keepdims", 0L));
    }
}

/// <summary>A student's weight and the tensors of the teacher's that its auxiliary ones are pulled to.</summary>
/// <param name="Student">The student's.</param>
/// <param name="Teacher">The decomposition of each channel group of the teacher's weight; the shape is the student's but for the central factors.</param>
internal sealed record AlignedTensors(MpoWeight Student, IReadOnlyList<MatrixProductOperator> Teacher);
