using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>Teachers, students, and the methods that train them.</summary>
internal static class StudentRun
{
    /// <summary>A dense network 12 → 16 → 16 → 5.</summary>
    public static OnnxModel Dense(bool softmax = false)
    {
        var builder = new GraphBuilder()
            .Input("x", [-1, 12])
            .Gemm("x", "fc1", 16, 12, transB: true)
            .Node("Relu", ["fc1"], ["r1"])
            .Gemm("r1", "fc2", 16, 16)
            .Node("Relu", ["fc2"], ["r2"]);
        return softmax
            ? builder.Gemm("r2", "fc3", 5, 16).Node("Softmax", ["fc3"], ["y"], ("axis", -1)).Output("y", [-1, 5]).Build()
            : builder.Gemm("r2", "y", 5, 16).Output("y", [-1, 5]).Build();
    }

    /// <summary>A convolutional network with a grouped and a depth-wise convolution, and a normalisation.</summary>
    public static OnnxModel Convolutional() =>
        new GraphBuilder()
            .Input("x", [-1, 4, 8, 8])
            .Conv("x", "conv1", 8, 4, [3, 3], bias: false, attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .BatchNormalization("conv1", "bn", 8)
            .Node("Relu", ["bn"], ["r1"])
            .Conv("r1", "conv2", 8, 8, [3, 3], group: 2, attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", ["conv2"], ["r2"])
            .Conv("r2", "conv3", 8, 8, [3, 3], group: 8, attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Node("GlobalAveragePool", ["conv3"], ["pool"])
            .Node("Flatten", ["pool"], ["flat"])
            .Gemm("flat", "y", 5, 8)
            .Output("y", [-1, 5])
            .Build();

    /// <summary>The model with noise on its weights.</summary>
    public static OnnxModel Worse(OnnxModel model, double noise = 0.15)
    {
        var result = model.Clone();
        var random = new Random64(5);
        foreach (var tensor in result.Graph.Initializer.Where(tensor => tensor.Name.EndsWith(".w", StringComparison.Ordinal)))
        {
            WeightValues.Write(tensor, [.. WeightValues.ReadDoubles(tensor).Select(value => value + (noise * random.Normal()))]);
        }

        return result;
    }

    public static IMethod Method(string name) => MethodCatalogue.All.Single(method => method.Name == name);

    /// <summary>A context in which <paramref name="student"/> is what the steps before made of <paramref name="teacher"/>.</summary>
    public static StepContext Context(OnnxModel teacher, OnnxModel student, IBatchSource? batches = null, CancellationToken cancellation = default) =>
        MethodRun.Context(student, batches ?? new LabelledBatches(teacher, 5), cancellation) with { Original = teacher };

    /// <summary>A context with a student of its own.</summary>
    public static StepContext WithStudent(OnnxModel teacher, OnnxModel student) =>
        MethodRun.Context(teacher, new LabelledBatches(teacher, 5)) with { Student = student };

    public static StepResult Train(string method, StepContext context, params (string Name, object Value)[] options) =>
        Method(method).Run(context, MethodRun.Arguments(options));

    /// <summary>Mean squared difference of the outputs on samples that nothing was trained on.</summary>
    public static double Distance(OnnxModel teacher, OnnxModel student)
    {
        var divergence = new OutputDivergence(TestEngine.Shared, teacher, new RandomBatches(teacher, seed: 900), 32, default);
        return divergence.Measure(student);
    }
}

/// <summary>Sees how far a run is.</summary>
internal sealed class Watch(Action<MethodProgress> told) : IProgress<MethodProgress>
{
    public void Report(MethodProgress value) => told(value);
}
