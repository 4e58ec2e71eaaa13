using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class OpdfMethodTests
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Without_learning_the_student_is_what_it_was(string kind)
    {
        var teacher = Teacher(kind);
        var student = StudentRun.Worse(teacher);

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, student), ("steps", 3), ("learning-rate", 0.0));

        var batch = new RandomBatches(teacher).Read().First();
        MethodRun.Difference(MethodRun.Outputs(student, batch), MethodRun.Outputs(result.Model, batch)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void The_first_loss_is_that_of_plain_training()
    {
        var teacher = StudentRun.Convolutional();
        double First(string method) =>
            StudentRun
                .Train(
                    method,
                    StudentRun.Context(teacher, StudentRun.Worse(teacher)),
                    [("steps", 1), .. method == "opdf" ? [("aux", "none")] : Array.Empty<(string, object)>()]
                )
                .Series[0]
                .Points[0]
                .Y;

        First("opdf").ShouldBe(First("distill"), 1e-5);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Only_values_change(string kind)
    {
        var teacher = Teacher(kind);
        var student = StudentRun.Worse(teacher);

        var model = StudentRun.Train("opdf", StudentRun.Context(teacher, student), ("epochs", 2), ("learning-rate", 1e-3)).Model;

        model.Graph.Node.ShouldBe(student.Graph.Node);
        model.Graph.Input.ShouldBe(student.Graph.Input);
        model.Graph.Output.ShouldBe(student.Graph.Output);
        model.Graph.Initializer.Select(Form).ShouldBe(student.Graph.Initializer.Select(Form));
        model.SizeInBytes.ShouldBeInRange(student.SizeInBytes - 8, student.SizeInBytes + 8);
        foreach (
            var (after, before) in model
                .Graph.Initializer.Zip(student.Graph.Initializer)
                .Where(pair => pair.First.Name.EndsWith(".w", StringComparison.Ordinal))
        )
        {
            after.RawData.ShouldNotBe(before.RawData);
        }
    }

    [Fact]
    public void A_damaged_model_gets_nearer_to_the_original()
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher);

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, student), ("epochs", 40), ("learning-rate", 3e-3), ("temperature", 2.0));

        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(0.5 * StudentRun.Distance(teacher, student));
        result.Layers.ShouldAllBe(layer =>
            layer.Note!.StartsWith("trained as (", StringComparison.Ordinal) && layer.Note.Contains("aligned with the original's")
        );
    }

    [Fact]
    public void Convolutions_are_over_parameterised_group_by_group_and_depth_wise_ones_trained_as_they_are()
    {
        var teacher = StudentRun.Convolutional();

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, StudentRun.Worse(teacher)), ("epochs", 1));

        result
            .Layers.Select(layer => (layer.Layer, layer.Note!.Split(',')[0]))
            .ShouldBe([
                ("conv1", "trained as (4"),
                ("conv2", "trained as (2"),
                ("conv3", "trained as it is: it is depth-wise: one filter for each channel"),
                ("y", "trained as (4"),
            ]);
    }

    [Fact]
    public void Layers_that_are_not_selected_stay_as_they_are()
    {
        var teacher = StudentRun.Dense();

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, StudentRun.Worse(teacher)), ("epochs", 1), ("layers", MethodRun.Rules("fc2")));

        result.Layers.Select(layer => (layer.SkipReason, layer.RelativeError > 0)).ShouldBe([("not selected", false), (null, true), ("not selected", false)]);
    }

    [Fact]
    public void A_detached_auxiliary_loss_teaches_nothing_and_a_differentiable_one_does()
    {
        var teacher = StudentRun.Dense();
        StepResult Train(string aux) =>
            StudentRun.Train(
                "opdf",
                StudentRun.Context(teacher, StudentRun.Worse(teacher)),
                [("epochs", 10), ("learning-rate", 1e-3), ("aux", aux), .. aux == "none" ? Array.Empty<(string, object)>() : [("lambda", 1.0)]]
            );

        var (differentiable, detached, none) = (Train("differentiable"), Train("detached"), Train("none"));

        detached.Model.ToBytes().ShouldBe(none.Model.ToBytes());
        none.Series.Count.ShouldBe(2);
        double[] Auxiliary(StepResult result) => [.. result.Series[^1].Points.Select(point => point.Y)];
        Auxiliary(differentiable)[0].ShouldBe(Auxiliary(detached)[0]);
        Auxiliary(differentiable)[1].ShouldBeLessThan(Auxiliary(detached)[1]);
    }

    [Fact]
    public void Where_the_start_is_kept_the_auxiliary_loss_is_that_of_the_start_once()
    {
        var teacher = StudentRun.Dense();

        // Nothing is better than the teacher itself, and training at such a rate leaves it.
        var kept = StudentRun.Train("opdf", StudentRun.Context(teacher, teacher), ("steps", 20), ("learning-rate", 1e-2));
        var trained = StudentRun.Train("opdf", StudentRun.Context(teacher, StudentRun.Worse(teacher)), ("steps", 20), ("learning-rate", 1e-3));

        kept.Certificates[^1].Meaning.ShouldStartWith("Of the weights that are kept, those after step 0 of 20; ");
        kept.Series[^1].Points.Select(point => point.X).ShouldBe([0.0]);
        trained.Series[^1].Points.Select(point => point.X).ShouldBe([0.0, 20.0]);
    }

    [Fact]
    public void A_shallower_student_is_aligned_with_every_second_layer()
    {
        var teacher = Deep(4, 10);
        var student = Deep(2, 10);

        var result = StudentRun.Train("opdf", StudentRun.WithStudent(teacher, student), ("epochs", 1));

        result
            .Layers.Select(layer => layer.Note!.Split("; ")[1])
            .ShouldBe(["aligned with the original's", "aligned with 'block.1.fc'", "aligned with 'block.3.fc'", "aligned with the original's"]);
    }

    [Fact]
    public void A_narrower_student_is_aligned_too()
    {
        var result = StudentRun.Train("opdf", StudentRun.WithStudent(Deep(2, 16), Deep(2, 8)), ("epochs", 1), ("lambda", 1.0));

        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("aligned with"));
        result.Series[^1].Points.ShouldAllBe(point => point.Y > 0);
    }

    [Fact]
    public void A_compressed_model_is_healed()
    {
        var teacher = StudentRun.Convolutional();
        var compressed = StudentRun
            .Method("tucker")
            .Run(StudentRun.Context(teacher, teacher), MethodRun.Arguments(("ranks", MethodRun.Share(0.4)), ("layers", MethodRun.Rules("conv1", "conv2"))))
            .Model;

        var healed = StudentRun.Train("opdf", StudentRun.Context(teacher, compressed), ("epochs", 20), ("learning-rate", 1e-3));

        healed.Model.Graph.Node.ShouldBe(compressed.Graph.Node);
        StudentRun.Distance(teacher, healed.Model).ShouldBeLessThan(0.9 * StudentRun.Distance(teacher, compressed));
    }

    [Fact]
    public void Weights_that_nodes_make_of_constants_are_left_alone()
    {
        var teacher = StudentRun.Dense();
        var pruned = StudentRun.Method("nn-bcd").Run(
            StudentRun.Context(teacher, teacher), MethodRun.Arguments(("sparsity", new LayerMap<double>([(new LayerRule("fc2"), 0.9)])), ("sweeps", 5))).Model;

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, pruned), ("epochs", 1));

        var layer = result.Layers.Single(outcome => outcome.Layer == "fc2");
        (layer.RelativeError is null).ShouldBe(layer.SkipReason is not null);
        result.Model.Graph.Node.ShouldBe(pruned.Graph.Node);
    }

    [Fact]
    public void Without_the_tensors_it_learns_more_slowly_at_one_rate_at_least()
    {
        // Recorded, not tuned: equal steps, equal learning rate, plain descent.
        var teacher = StudentRun.Dense();
        double Last(string method, params (string, object)[] options) =>
            StudentRun
                .Train(
                    method,
                    StudentRun.Context(teacher, StudentRun.Worse(teacher)),
                    [("epochs", 20), ("optimizer", "sgd"), ("momentum", 0.0), ("learning-rate", 3e-2), ("schedule", "constant"), .. options]
                )
                .Series[0]
                .Points.TakeLast(8)
                .Average(point => point.Y);

        var plain = Last("distill");
        var best = new[] { 2.0, 3.0, 4.0 }.Min(rate => Last("opdf", ("rate", rate), ("aux", "none")));

        best.ShouldBeLessThan(plain);
    }

    [Theory]
    [InlineData("tensors", 4, "no tensor in the middle")]
    [InlineData("rate", 6.0, "5 tensors hold at most 5 times")]
    public void A_shape_that_does_not_exist_is_an_error(string option, object value, string message)
    {
        var teacher = StudentRun.Dense();

        var error = Should.Throw<DiagnosticException>(() =>
            StudentRun.Train(
                "opdf",
                StudentRun.Context(teacher, teacher),
                [(option, value), .. option == "rate" ? [("tensors", 5)] : Array.Empty<(string, object)>()]
            )
        );

        error.Diagnostic.Code.ShouldBe(MethodCodes.BadRate);
        error.Diagnostic.Message.ShouldContain(message);
    }

    [Fact]
    public void The_plan_names_the_layers_and_counts_the_tensors()
    {
        var teacher = StudentRun.Convolutional();

        var plan = StudentRun.Method("opdf").Plan(StudentRun.Context(teacher, teacher), MethodRun.Arguments(("rate", 3.0)));
        var plain = StudentRun.Method("distill").Plan(StudentRun.Context(teacher, teacher), MethodRun.Arguments());

        plan.TargetLayers.ShouldBe(["conv1", "conv2", "y"]);
        plan.PeakBytes.ShouldBeGreaterThan(plain.PeakBytes);
        plan.Flops.ShouldBeGreaterThan(plain.Flops);
    }

    private static OnnxModel Teacher(string kind) => kind == "dense" ? StudentRun.Dense() : StudentRun.Convolutional();

    private static OnnxModel Deep(int blocks, int width)
    {
        var builder = new GraphBuilder().Input("x", [-1, 12]).MatMul("x", "stem", width, 12);
        var last = "stem";
        for (var i = 0; i < blocks; i++)
        {
            builder.Gemm(last, $"block.{i}.fc", width, width).Node("Relu", [$"block.{i}.fc"], [$"r{i}"]);
            last = $"r{i}";
        }

        return builder.Gemm(last, "y", 5, width).Output("y", [-1, 5]).Build();
    }

    private static (string, int, string) Form(TensorProto tensor) => (tensor.Name, tensor.DataType, string.Join(',', tensor.Dims));
}
