using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>L_Aux = (1/M)·Σ_m Σ_{k auxiliary} MSE(A_k of the student's m-th matrix, A_k of its teacher's), differentiable by the student's tensors.</summary>
internal static class AuxiliaryLoss
{
    /// <summary>Adds the nodes; the central tensors take no part.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="aligned">The M matrices; at least one.</param>
    /// <returns>The name of a scalar.</returns>
    public static string Add(GraphWriter graph, IReadOnlyList<AlignedTensors> aligned)
    {
        var terms = aligned.SelectMany(pair => Enumerable.Range(0, pair.Student.Shape.Count).Where(k => k != pair.Student.Shape.Center).Select(k => Term(graph, pair, k))).ToList();
        return graph.Node("Mul", [graph.Node("Sum", terms), graph.Scalar(1f / aligned.Count)]);
    }

    /// <summary>The number itself.</summary>
    /// <param name="aligned">The M matrices.</param>
    /// <param name="read">The numbers of an initialiser.</param>
    public static double Value(IReadOnlyList<AlignedTensors> aligned, Func<string, float[]> read) => aligned.Average(pair =>
        pair.Student.Read(read).Zip(pair.Teacher, (student, teacher) => Enumerable.Range(0, student.Count)
            .Where(k => k != pair.Student.Shape.Center)
            .Sum(k => TensorPrimitives.Distance<double>(student[k].Values, teacher.Train.Cores[k].Values) is var distance ? distance * distance / student[k].Values.Length : 0)).Average());

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
