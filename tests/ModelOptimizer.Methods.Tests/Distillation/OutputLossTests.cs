using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>What a student learns of which output.</summary>
public class OutputLossTests
{
    [Fact]
    public void Every_output_is_learnt_as_what_it_is()
    {
        var teacher = Heads();
        var context = StudentRun.Context(teacher, StudentRun.Worse(teacher), new RandomBatches(teacher, batches: 16)) with
        {
            OutputMeanings = new Dictionary<string, OutputMeaning> { ["embedding"] = OutputMeaning.Direction },
        };

        Losses(context).ShouldBe([
            ("classes", OutputLoss.Classes), ("embedding", OutputLoss.Angle), ("boxes", OutputLoss.Squares), ("chance", OutputLoss.Squares)]);
        var result = StudentRun.Train("distill", context, ("epochs", 60), ("learning-rate", 1e-2), ("augment", "none"));

        foreach (var output in (string[])["classes", "boxes", "chance"])
        {
            Error(teacher, result.Model, output).ShouldBeLessThan(0.5 * Error(teacher, context.Model, output), output);
        }

        result.Certificates[0].Meaning.ShouldContain(
            "Kullback-Leibler divergence of 'classes', 1 − cosine of 'embedding', squared error by variance of 2 outputs, on ");
        result.Certificates[1].Value.ShouldBeLessThan(result.Certificates[0].Value);
    }

    [Theory]
    [InlineData("logits", OutputMeaning.Scores, OutputLoss.Classes)]
    [InlineData("logits", OutputMeaning.Unknown, OutputLoss.Squares)]
    [InlineData("logits", OutputMeaning.Direction, OutputLoss.Angle)]
    // Probabilities of a sigmoid are each for itself.
    [InlineData("sigmoid", OutputMeaning.Scores, OutputLoss.Squares)]
    [InlineData("softmax", OutputMeaning.Unknown, OutputLoss.Classes)]
    [InlineData("softmax", OutputMeaning.Direction, OutputLoss.Classes)]
    // Nothing but the length of a single number could change.
    [InlineData("one", OutputMeaning.Scores, OutputLoss.Squares)]
    [InlineData("one", OutputMeaning.Direction, OutputLoss.Squares)]
    [InlineData("map", OutputMeaning.Direction, OutputLoss.Squares)]
    public void Gates_and_the_end_of_the_model_say_what_an_output_is(string end, object meaning, object expected)
    {
        var builder = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "h", 8, 12);
        var model = (end switch
        {
            "sigmoid" => builder.Node("Sigmoid", ["h"], ["y"]).Output("y", [-1, 8]),
            "softmax" => builder.Node("Softmax", ["h"], ["y"], ("axis", -1)).Output("y", [-1, 8]),
            "one" => builder.Gemm("h", "y", 1, 8).Output("y", [-1, 1]),
            "map" => builder.Integers("shape", [3], 0, 2, 4).Node("Reshape", ["h", "shape"], ["y"]).Output("y", [-1, 2, 4]),
            _ => builder.Gemm("h", "y", 8, 8).Output("y", [-1, 8]),
        }).Build();
        var context = StudentRun.Context(model, model, new RandomBatches(model)) with
        {
            OutputMeanings = new Dictionary<string, OutputMeaning> { ["y"] = (OutputMeaning)meaning },
        };

        Losses(context).ShouldBe([("y", (OutputLoss)expected)]);
    }

    [Theory]
    [InlineData("kd", "softmax of one number is always 1")]
    [InlineData("cosine", "angle between two numbers says nothing")]
    public void A_loss_that_cannot_move_is_an_error(string loss, string reason)
    {
        var model = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "h", 1, 12).Node("Sigmoid", ["h"], ["y"]).Output("y", [-1, 1]).Build();
        var context = StudentRun.Context(model, StudentRun.Worse(model), new RandomBatches(model, batches: 16));

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Train("distill", context, ("loss", loss)));
        var trained = StudentRun.Train("distill", context, ("epochs", 30), ("learning-rate", 1e-2));

        error.Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
        error.Diagnostic.Message.ShouldContain(reason);
        trained.Layers.Single().Note.ShouldBe("trained");
        Error(model, trained.Model, "y").ShouldBeLessThan(0.2 * Error(model, context.Model, "y"));
    }

    [Fact]
    public void Outputs_that_do_not_change_teach_nothing()
    {
        var one = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "h", 1, 12).Node("Softmax", ["h"], ["still"], ("axis", -1));
        var alone = one.Output("still", [-1, 1]).Build();
        var both = one.Gemm("x", "y", 3, 12).Output("y", [-1, 3]).Build();

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Train("distill", StudentRun.Context(alone, alone, new RandomBatches(alone))));
        var trained = StudentRun.Train(
            "distill", StudentRun.Context(both, StudentRun.Worse(both), new RandomBatches(both, batches: 16)), ("epochs", 20), ("learning-rate", 1e-2));

        error.Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
        error.Diagnostic.Message.ShouldContain("the same numbers for all calibration samples ('still')");
        Error(both, trained.Model, "y").ShouldBeLessThan(0.5 * Error(both, StudentRun.Worse(both), "y"));
    }

    [Theory]
    [InlineData(-1L, new[] { "y" })]
    [InlineData(1L, new[] { "y", "state" })]
    public void States_with_another_axis_in_front_are_learnt_where_samples_go_in_one_by_one(long batch, string[] learnt)
    {
        // y is [N, 6]; the state is the same as [1, N, 6], as recurrent layers have it, and with two layers it is [2, N, 6].
        var teacher = new GraphBuilder().Input("x", [batch, 12]).Gemm("x", "h", 6, 12).Node("Tanh", ["h"], ["y"]).Output("y", [batch, 6])
            .Integers("first", [1], 0).Node("Unsqueeze", ["h", "first"], ["layer"]).Node("Concat", ["layer", "layer"], ["state"], ("axis", 0))
            .Output("state", [2, batch, 6]).Build();
        var context = StudentRun.Context(teacher, StudentRun.Worse(teacher), new RandomBatches(teacher, batches: 64, size: 1));

        Losses(context).Select(output => output.Name).ShouldBe(learnt);
        var result = StudentRun.Train("distill", context, ("epochs", 20), ("learning-rate", 1e-2));

        Error(teacher, result.Model, "state").ShouldBeLessThan(0.5 * Error(teacher, context.Model, "state"));
    }

    [Fact]
    public void A_training_that_made_nothing_better_is_undone_unless_it_shall_not_be()
    {
        var teacher = StudentRun.Dense(softmax: true);
        (string, object)[] options = [("loss", "kd"), ("steps", 20), ("learning-rate", 1e-2)];

        var better = StudentRun.Train("distill", StudentRun.Context(teacher, teacher), options);
        var trained = StudentRun.Train("distill", StudentRun.Context(teacher, teacher), [.. options, ("undo", "never")]);

        better.Model.ToBytes().ShouldBe(teacher.ToBytes());
        better.Certificates[^1].Meaning.ShouldEndWith("was the best behind it, and the training is undone.");
        trained.Certificates[^1].Meaning.ShouldNotContain("undone");
        trained.Layers.ShouldAllBe(layer => layer.Note == "trained");
    }

    [Theory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    public void Recurrent_cells_are_trained(string cell, int gates)
    {
        var teacher = new GraphBuilder().Input("frames", [-1, 6, 5]).Node("Transpose", ["frames"], ["x"], ("perm", new[] { 1, 0, 2 }))
            .Random("w", [1, gates * 8, 5], 0.5).Random("r", [1, gates * 8, 8], 0.3).Random("b", [1, 2 * gates * 8], 0.1)
            .Node(cell, ["x", "w", "r", "b"], ["all", "h"], ("hidden_size", 8)).Integers("shape", [2], -1, 8).Node("Reshape", ["h", "shape"], ["last"])
            .Gemm("last", "y", 3, 8).Output("y", [-1, 3]).Build();
        var student = teacher.Clone();
        foreach (var tensor in student.Graph.Initializer.Where(tensor => tensor.Name is "w" or "r"))
        {
            WeightValues.Write(tensor, [.. WeightValues.ReadDoubles(tensor).Select((value, i) => value + (0.3 * Math.Sin(i)))]);
        }

        var context = StudentRun.Context(teacher, student, new RandomBatches(teacher, batches: 16));
        var result = StudentRun.Train("distill", context, ("epochs", 40), ("learning-rate", 1e-2));

        string[] changed = [.. student.Graph.Initializer.Zip(result.Model.Graph.Initializer).Where(pair => !pair.First.Equals(pair.Second)).Select(pair => pair.First.Name)];
        changed.ShouldBe(["w", "r", "b", "y.w", "y.b"], ignoreOrder: true);
        Error(teacher, result.Model, "y").ShouldBeLessThan(0.5 * Error(teacher, student, "y"));
    }

    [Fact]
    public void A_rate_with_which_nothing_gets_better_is_lowered()
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher, noise: 0.002);

        var result = StudentRun.Train("distill", StudentRun.Context(teacher, student), ("steps", 100), ("learning-rate", 0.03), ("schedule", "constant"));

        var rate = result.Certificates[0];
        rate.Name.ShouldBe("learning rate");
        Math.Log(0.03 / rate.Value, 8).ShouldBeOneOf(1.0, 2.0);
        rate.Meaning.ShouldStartWith("The highest; nothing got better with 0.03, and the training began anew with an eighth of the rate ");
        result.Certificates[^1].Value.ShouldBeLessThan(result.Certificates[^2].Value);
    }

    [Fact]
    public void A_training_that_is_given_minutes_is_made_once_even_if_it_brings_nothing()
    {
        var teacher = StudentRun.Dense();
        var context = StudentRun.Context(teacher, StudentRun.Worse(teacher, noise: 0.002));

        var result = StudentRun.Train("distill", context, ("steps", 100), ("learning-rate", 0.03), ("schedule", "constant"), ("minutes", 1000.0));

        result.Certificates.Select(certificate => certificate.Name).ShouldNotContain("learning rate");
        result.Certificates[^1].Meaning.ShouldEndWith("and the training is undone.");
    }

    private static List<(string Name, OutputLoss Loss)> Losses(StepContext context)
    {
        var options = DistillationOptions.From(MethodRun.Arguments(), DistillationKeys.LearningRate("1e-4"));
        return [.. Student.Of(context, options).Outputs.Select(output => (output.Name, output.Loss))];
    }

    // Mean squared difference on samples that nothing was trained on.
    private static double Error(OnnxModel teacher, OnnxModel student, string output)
    {
        using var one = TestEngine.Shared.CreateSession(teacher);
        using var other = TestEngine.Shared.CreateSession(student);
        return new RandomBatches(teacher, seed: 900).Read().Average(batch =>
            one.Run(batch.Inputs, [output])[output].Doubles().Zip(other.Run(batch.Inputs, [output])[output].Doubles(), (a, b) => (a - b) * (a - b)).Average());
    }

    private static OnnxModel Heads() => new GraphBuilder()
        .Input("x", [-1, 12])
        .Gemm("x", "fc", 16, 12).Node("Relu", ["fc"], ["r"])
        .Gemm("r", "c", 5, 16).Node("Softmax", ["c"], ["classes"], ("axis", -1)).Output("classes", [-1, 5])
        .Gemm("r", "embedding", 6, 16).Output("embedding", [-1, 6])
        .Gemm("r", "b", 8, 16).Integers("shape", [3], 0, 2, 4).Node("Reshape", ["b", "shape"], ["boxes"]).Output("boxes", [-1, 2, 4])
        .Gemm("r", "p", 1, 16).Node("Sigmoid", ["p"], ["chance"]).Output("chance", [-1, 1])
        .Build();
}
