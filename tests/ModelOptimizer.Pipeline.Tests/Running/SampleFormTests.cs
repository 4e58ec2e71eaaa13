using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>What samples of models are like whose files leave that open.</summary>
public sealed class SampleFormTests : IDisposable
{
    private const int Int64 = (int)TensorProto.Types.DataType.Int64;

    private readonly TempFolder _folder = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("16", 224 * 224, "m: one sample is x 1×3×224×224, found by trying")]
    [InlineData("{ samples: 16, shapes: { x: [3, 48, 40] } }", 48 * 40, null)]
    public void Multiply_adds_are_those_of_the_samples(string random, int pixels, string? said)
    {
        var model = new GraphBuilder().Input("x", [-1, 3, -1, -1]).Conv("x", "c", 256, 3, [1, 1]).Node("GlobalAveragePool", ["c"], ["y"]).Output("y").Build();

        var report = Run(model, random).Models.ShouldHaveSingleItem();

        report.Before.Macs.ShouldBe(768L * pixels);
        _observer.Messages.Any(message => message.Contains("found by trying", StringComparison.Ordinal)).ShouldBe(said is not null);
        _observer.Messages.ShouldContain(message => said == null || message.StartsWith(said, StringComparison.Ordinal));
    }

    [Fact]
    public void Samples_of_a_dataset_say_it_without_a_trial()
    {
        File.WriteAllText(_folder["d.csv"], "a,b,c,d\n" + string.Concat(Enumerable.Range(0, 20).Select(i => FormattableString.Invariant($"{i},1,2,{i % 3}\n"))));
        var model = new GraphBuilder().Input("x", [-1, -1]).Random("w", [4, 6]).Node("Abs", ["x"], ["a"]).Node("MatMul", ["a", "w"], ["y"]).Output("y").Build();

        var report = Run(model, null, "datasets: { d: { path: d.csv, inputs: { x: [a, b, c, d] } } }").Models.ShouldHaveSingleItem();

        report.Before.Macs.ShouldBe(24);
        _observer.Messages.ShouldNotContain(message => message.Contains("found by trying", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("{ samples: 12, shapes: { x: [1, 6] } }")]
    public void A_model_that_takes_one_sample_is_fed_one_by_one(string random)
    {
        // Its recurrent state has room for one.
        var model = new GraphBuilder()
            .Input("x", [-1, 6])
            .Input("state", [1, 6])
            .Integers("one", [2], 1, 6)
            .Node("Reshape", ["x", "one"], ["r"])
            .Node("Add", ["r", "state"], ["s"])
            .Gemm("s", "y", 20, 6)
            .Output("y")
            .Build();
        var free = new GraphBuilder().Input("x", [-1, 6]).Integers("one", [2], 1, 6).Node("Reshape", ["x", "one"], ["r"]).Gemm("r", "y", 20, 6).Output("y").Build();

        foreach (var tried in new[] { model, free })
        {
            Run(tried, random).Diagnostics.ShouldNotContain(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        }
    }

    [Theory]
    [InlineData("8", "MOC3017", "'random: { samples: 8, ranges: { steps: [0, 1] } }'")]
    [InlineData("{ samples: 8, ranges: { step: [0, 9] } }", "MOC3005", "Did you mean 'steps'?")]
    [InlineData("{ samples: 8, ranges: { steps: [0.5, 9] } }", "MOC3013", "whole numbers")]
    [InlineData("{ samples: 8, ranges: { steps: [0, 1e30] } }", "MOC3013", "cannot hold")]
    [InlineData("{ samples: 8, ranges: { steps: [0, 9] }, shapes: { x: [4, 6] } }", "MOC3006", "or 1 for it")]
    [InlineData("{ samples: 8, ranges: { steps: [0, 9] }, shapes: { x: [5] } }", "MOC3006", "[?, 6]")]
    [InlineData("{ samples: 8, ranges: { steps: [0, 9] }, shapes: { y: [5] } }", "MOC3005", "no input 'y'")]
    [InlineData("{ samples: 8, ranges: { steps: [9, 0] } }", "MOC1009", "the smaller first")]
    [InlineData("{ samples: 8, ranges: { steps: [0, 9] } }", null, "")]
    public void Whole_numbers_need_a_range_that_somebody_knows(string random, string? code, string words)
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 6])
            .Input("steps", [-1, 1], Int64)
            .Node("Cast", ["steps"], ["s"], ("to", 1L))
            .Node("Add", ["x", "s"], ["a"])
            .Gemm("a", "y", 20, 6)
            .Output("y")
            .Build();

        var error = Run(model, random).Diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error?.Code).ShouldBe(code);
        (error?.Message ?? "").ShouldContain(words);
    }

    [Fact]
    public void An_output_that_is_no_tensor_is_named_with_one_that_is_before_anything_is_measured()
    {
        File.WriteAllText(_folder["d.csv"], "a,b\n" + string.Concat(Enumerable.Range(0, 20).Select(i => FormattableString.Invariant($"{i},{i % 3}\n"))));
        var builder = new GraphBuilder().Input("x", [-1, 2]).Gemm("x", "y", 8, 2).Node("SequenceConstruct", ["y"], ["parts"]);
        var part = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } };
        builder.Proto.Graph.Output.Add(new ValueInfoProto { Name = "parts", Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = part } } });
        var model = builder.Output("y", [-1, 8]).Build();

        var error = Run(model, null, "datasets: { d: { path: d.csv, inputs: { x: [a, b] } } }", "evaluate: { dataset: d, metrics: [cosine] }").Diagnostics
            .Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC2303");
        error.Message.ShouldContain("'evaluate: { output: y }'");
    }

    [Fact]
    public void Where_no_shape_is_found_the_error_names_the_key()
    {
        var model = new GraphBuilder().Input("x", [-1, -1, 7]).Integers("to", [2], -1, 39).Node("Reshape", ["x", "to"], ["r"]).Gemm("r", "y", 8, 39).Output("y").Build();

        var error = Run(model, "8").Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC3017");
        error.Message.ShouldContain("'random: { samples: 8, shapes: { x: [32, 7] } }'");
        Run(model, "{ samples: 8, shapes: { x: [39, 7] } }").Models.ShouldHaveSingleItem();
    }

    private RunResult Run(OnnxModel model, string? random, string datasets = "", string evaluate = "")
    {
        model.Save(_folder["m.onnx"]);
        File.WriteAllText(_folder["modelopt.yaml"], $$"""
            version: 1
            device: cpu
            {{datasets}}
            models:
              m:
                source: m.onnx
                calibrate: {{(random is null ? "{ dataset: d }" : $"{{ random: {random} }}")}}
                compress: [{ method: quantize, weights: 4 }]
                {{evaluate}}
            """);
        return CompressionRunner.Run(new RunOptions { ManifestPath = _folder["modelopt.yaml"] }, _observer, CancellationToken.None);
    }
}
