namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Loss functions as nodes, float32. Each gives a scalar: the mean over the batch. Classes are on the last axis; axes between batch and classes count as more
/// samples.
/// </summary>
internal static class Losses
{
    // Keeps the length of a row of zeros from being divided by.
    private const float Smallest = 1e-30f;

    /// <summary>Cross-entropy −Σ y·log softmax(z).</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="logits">z, N×…×K, before any softmax.</param>
    /// <param name="probabilities">y, of the same shape: one-hot labels, or any distribution.</param>
    public static string CrossEntropy(GraphWriter graph, string logits, string probabilities) =>
        MeanOfSums(graph, graph.Node("Mul", [LogSoftmax(graph, logits), graph.Node("Neg", [probabilities])]));

    /// <summary>Whole-numbered labels as distributions: 1 at the label's class and 0 elsewhere.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="labels">int64, N.</param>
    /// <param name="classes">K.</param>
    /// <returns>float32, N×K.</returns>
    public static string OneHot(GraphWriter graph, string labels, long classes) => graph.Cast(
        graph.Node("OneHot", [labels, graph.Constant(classes), graph.Constant(0, 1)]),
        Onnx.Proto.TensorProto.Types.DataType.Float);

    /// <summary>Mean of the squared differences over all elements.</summary>
    public static string Mse(GraphWriter graph, string prediction, string target)
    {
        var difference = graph.Node("Sub", [prediction, target]);
        return Mean(graph, graph.Node("Mul", [difference, difference]));
    }

    /// <summary>1 − Σ s·t / (‖s‖·‖t‖), the mean over the rows; of a row of zeros it is 1, with no gradient.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="prediction">s, N×K.</param>
    /// <param name="target">t, of the same shape.</param>
    public static string Cosine(GraphWriter graph, string prediction, string target)
    {
        string Dot(string one, string other) => graph.ReduceSum(graph.Mul(one, other), -1);
        var lengths = graph.Node("Sqrt", [graph.Add(graph.Mul(Dot(prediction, prediction), Dot(target, target)), Smallest)]);
        return graph.Sub(1, Mean(graph, graph.Div(Dot(prediction, target), lengths)));
    }

    /// <summary>
    /// Kullback–Leibler divergence KL(p ‖ q) with p = softmax(t / T) and q = softmax(s / T). There is no factor T²: the gradient falls as 1/T² at high
    /// temperatures, and a weight that should not must have the factor in it.
    /// </summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="teacherLogits">t, N×…×K. No gradient goes through it.</param>
    /// <param name="studentLogits">s, of the same shape.</param>
    /// <param name="temperature">T.</param>
    public static string KullbackLeibler(GraphWriter graph, string teacherLogits, string studentLogits, double temperature)
    {
        var teacher = Divide(graph, teacherLogits, temperature);
        var probabilities = graph.Node("Softmax", [teacher], GraphWriter.Attribute("axis", -1L));
        var difference = graph.Node("Sub", [LogSoftmax(graph, teacher), LogSoftmax(graph, Divide(graph, studentLogits, temperature))]);
        return MeanOfSums(graph, graph.Node("Mul", [probabilities, difference]));
    }

    /// <summary>Σ weight·loss. A term of weight 0 is left out.</summary>
    public static string WeightedSum(GraphWriter graph, params IReadOnlyCollection<(double Weight, string Loss)> terms)
    {
        string[] weighted =
        [
            .. terms
                .Where(term => term.Weight != 0)
                .Select(term => term.Weight == 1 ? term.Loss : graph.Node("Mul", [term.Loss, graph.Scalar((float)term.Weight)])),
        ];
        return weighted.Length switch
        {
            0 => throw new ArgumentException("no loss has a weight", nameof(terms)),
            1 => weighted[0],
            _ => graph.Node("Sum", weighted),
        };
    }

    private static string LogSoftmax(GraphWriter graph, string logits) => graph.Node("LogSoftmax", [logits], GraphWriter.Attribute("axis", -1L));

    private static string Divide(GraphWriter graph, string tensor, double by) => by == 1 ? tensor : graph.Node("Mul", [tensor, graph.Scalar((float)(1 / by))]);

    private static string MeanOfSums(GraphWriter graph, string tensor) => Mean(graph, graph.ReduceSum(tensor, -1));

    private static string Mean(GraphWriter graph, string tensor) => graph.Node("ReduceMean", [tensor], GraphWriter.Attribute("keepdims", 0L));
}
