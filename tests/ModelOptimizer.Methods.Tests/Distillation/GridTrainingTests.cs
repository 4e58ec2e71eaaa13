using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class GridTrainingTests
{
    [Theory]
    [InlineData("rate", 2.0)]
    [InlineData("weights", "8")]
    [InlineData("weights", "4")]
    [InlineData("weights", "3")]
    [InlineData("weights", "2")]
    [InlineData("weights", "ternary")]
    public void Codes_move_on_their_grid_and_the_loss_falls(string option, object value)
    {
        var teacher = ResidualNetwork.Create();
        var student = Quantized(StudentRun.Worse(teacher), option, value);
        var before = Coded(student);
        before.Count.ShouldBeGreaterThan(2);

        var result = StudentRun.Train("distill", Context(teacher, student), ("epochs", 40), ("learning-rate", 3e-3));

        result.Series[0].Points[^1].Y.ShouldBeLessThan(0.7 * result.Series[0].Points[0].Y);
        // Everything but packed bytes and what is plain is as it was.
        result.Model.Graph.Node.ShouldBe(student.Graph.Node);
        result.Model.SizeInBytes.ShouldBe(student.SizeInBytes);
        var numbers = LoadedGraph.Compute(TestEngine.Shared.Sessions, result.Model, [.. before.Keys]);
        foreach (var (name, weight) in before)
        {
            var (tensor, found) = (weight.Tensor, numbers[name].Doubles());
            for (var i = 0; i < found.Length; i++)
            {
                var scale = tensor.Scales[i / tensor.Axis.Inner % tensor.Axis.Count];
                var code = scale == 0 ? 0 : Math.Round(found[i] / scale);
                code.ShouldBeInRange(tensor.Format.Lowest, tensor.Format.Highest, name);
                found[i].ShouldBe((float)code * scale, name);
            }
        }

        var moved = Coded(result.Model);
        moved.Any(weight => !weight.Value.Tensor.Codes.SequenceEqual(before[weight.Key].Tensor.Codes)).ShouldBeTrue();
        LoadedGraph.StillComputed(result.Model, before.Keys.ToHashSet()).ShouldBeEmpty();
    }

    [Fact]
    public void The_outcome_has_the_rate_of_the_new_codes()
    {
        var teacher = ResidualNetwork.Create();
        var student = Quantized(teacher, "rate", 2.0);

        var result = StudentRun.Train("distill", Context(teacher, student), ("epochs", 5), ("learning-rate", 3e-3));

        var codes = Coded(result.Model);
        codes.Count.ShouldBeGreaterThan(2);
        foreach (var layer in result.Layers.Where(layer => codes.ContainsKey($"{layer.Layer}.w")))
        {
            var own = codes[$"{layer.Layer}.w"].Tensor.Codes;
            var entropy = own.CountBy(code => code).Sum(count => -(double)count.Value / own.Length * Math.Log2((double)count.Value / own.Length));
            layer.Rate!.Value.ShouldBe(entropy, 1e-9, layer.Layer);
            layer.ParametersAfter.ShouldBe(own.Length);
            layer.Note!.ShouldMatch(@"^trained on its grid: [\d.]+ ?% of the codes moved, \d\.\d\d → \d\.\d\d bits a weight$");
            layer.RelativeError.ShouldNotBeNull();
        }
    }

    [Fact]
    public void Only_selected_layers_get_other_codes()
    {
        var teacher = ResidualNetwork.Create();
        var student = Quantized(StudentRun.Worse(teacher), "weights", "3");
        var before = Coded(student);
        var first = before.Keys.First();

        var result = StudentRun.Train(
            "distill", Context(teacher, student), ("epochs", 10), ("learning-rate", 1e-2), ("layers", MethodRun.Rules(first[..^2])));

        Coded(result.Model).Where(weight => !weight.Value.Tensor.Codes.SequenceEqual(before[weight.Key].Tensor.Codes)).Select(weight => weight.Key)
            .ShouldBe([first]);
        result.Layers.Where(layer => layer.SkipReason is null).Select(layer => layer.Layer).ShouldBe([first[..^2]]);
    }

    [Theory]
    [InlineData("tucker", null)]
    [InlineData("cp", null)]
    [InlineData("tucker", "4")]
    public void Stored_factors_are_trained_on_a_grid_or_without(string method, string? weights)
    {
        var teacher = ResidualNetwork.Create();
        var stored = MethodRun.Of(method, teacher, ("ranks", MethodRun.Share(0.4)), ("storage", "stored"), ("fit", "independent")).Model;
        var student = weights is null ? stored : Quantized(stored, "weights", weights);

        var result = StudentRun.Train("distill", Context(teacher, student), ("epochs", 20), ("learning-rate", 3e-3));

        result.Series[0].Points[^1].Y.ShouldBeLessThan(0.7 * result.Series[0].Points[0].Y);
        result.Model.Graph.Node.ShouldBe(student.Graph.Node);
        var made = result.Layers.Where(layer => layer.Note?.EndsWith("stored factors trained", StringComparison.Ordinal) == true).ToList();
        made.Count.ShouldBeGreaterThan(2);
        made.ShouldAllBe(layer => layer.ParametersAfter > 1 && layer.RelativeError > 0);
        LoadedGraph.StillComputed(result.Model, LoadedGraph.LoadTimeTensors(result.Model)).ShouldBeEmpty();
        Coded(result.Model).Count.ShouldBe(Coded(student).Count);
    }

    [Theory]
    [InlineData("distill")]
    [InlineData("opdf")]
    public void The_same_training_gives_the_same_bytes_also_from_a_checkpoint(string method)
    {
        var teacher = ResidualNetwork.Create();
        // opdf needs a layer to take apart: one stays plain.
        var student = Quantized(StudentRun.Worse(teacher), "weights", "4", "*", "!" + Layers(teacher)[0]);
        (string, object)[] options = [("steps", 40), ("learning-rate", 1e-2)];
        var expected = StudentRun.Train(method, Context(teacher, student), options);
        var blobs = new BlobDictionary();
        using var cancel = new CancellationTokenSource();
        var interrupted = StudentRun.Context(teacher, student, Batches(teacher), cancel.Token) with
        {
            Blobs = blobs,
            Progress = new Watch(progress =>
            {
                if (progress is { Activity: "training", Done: 23 })
                {
                    cancel.Cancel();
                }
            }),
        };
        Should.Throw<OperationCanceledException>(() => StudentRun.Train(method, interrupted, options));

        var resumed = StudentRun.Train(method, Context(teacher, student) with { Blobs = blobs }, options);

        resumed.Model.ToBytes().ShouldBe(expected.Model.ToBytes());
        Coded(resumed.Model).Any(weight => !weight.Value.Tensor.Codes.SequenceEqual(Coded(student)[weight.Key].Tensor.Codes)).ShouldBeTrue();
    }

    private static string[] Layers(OnnxModel model) => [.. Onnx.Layers.LayerFinder.Find(model).Select(layer => layer.Name)];

    private static OnnxModel Quantized(OnnxModel model, string option, object value, params string[] layers)
    {
        object goal = option == "rate" ? value : new LayerMap<string>([(new LayerRule("*"), (string)value)]);
        return MethodRun.Of("quantize", model, [(option, goal), .. layers.Length > 0 ? [("layers", (object)MethodRun.Rules(layers))] : Array.Empty<(string, object)>()]).Model;
    }

    private static IReadOnlyDictionary<string, CodedWeight> Coded(OnnxModel model)
    {
        var context = MethodRun.Context(model, null);
        return CodedWeight.Read(context, model, context.Shapes);
    }

    private static StepContext Context(OnnxModel teacher, OnnxModel student) => StudentRun.Context(teacher, student, Batches(teacher));

    private static RandomBatches Batches(OnnxModel model) => new(model, batches: 16);
}
