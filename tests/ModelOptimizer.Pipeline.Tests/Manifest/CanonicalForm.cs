using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

public sealed class CanonicalForm
{
    private const string Manifest = """
        version: 1
        datasets:
          test: { path: test.npz, inputs: { b: second, a: first }, labels: labels, preprocess: { scale: 1/4 } }
        models:
          digits:
            source: digits.onnx
            evaluate: { dataset: test, metrics: [top1] }
            compress:
              - { method: sample, ranks: { "*": 50%, conv1: [16, 8] }, modes: [4, 8], sparsity: { "*": 90%, conv1: 0.5 } }
              - { method: sample, budget: { size: 40% }, student: letters.onnx, pairs: { fc1: fc2 }, bits: { "*": 4, fc1: ternary }, block: { from: a, to: b }, certificate: { max-gap: 1e-3 } }
            gates:
              - top1: { max-drop: 0.50% }
        """;

    [Fact]
    public void Is_Json_With_Sorted_Keys_And_Relative_Paths() => Of(Manifest).ShouldBeApproved();

    [Fact]
    public void Does_Not_Depend_On_How_It_Is_Written_Or_Where_It_Lies()
    {
        const string SameThing = """
            # a comment
            version: 1
            models:
              digits:
                gates:
                - "top1":
                    max-drop: .5 %
                    severity: error
                compress:
                - method: sample
                  ranks:
                    "*": 50.0%
                    conv1: [ 16, 8 ]
                  modes: { "*": [ 4, 8 ] }
                  sparsity: { "*": 0.9, conv1: 50 % }
                - budget:
                    allocation: sigma
                    size: 40.0 %
                  norm: covariance
                  method: sample
                  pairs:
                    "fc1": "fc2"
                  bits: { "*": "4", "fc1": ternary }
                  student: ./x/../letters.onnx
                  block: { to: b, from: a }
                  certificate: { max-gap: 0.1% }
                evaluate:
                  metrics: [ "top1" ]
                  dataset: test
                source: ./x/../digits.onnx
            seed: 1
            memory: 3 GB
            datasets:
              test:
                labels: labels
                inputs: { a: first, b: second }
                preprocess: { mean: [0], scale: 0.25, layout: NCHW }
                path: ./test.npz
            """;

        Of(SameThing).ShouldBe(Of(Manifest));
    }

    [Theory]
    [InlineData("scale: 1/4", "scale: 1/8")]
    [InlineData("a: first", "a: third")]
    [InlineData("max-drop: 0.50%", "max-drop: 0.51%")]
    [InlineData("size: 40%", "size: 41%")]
    [InlineData("max-gap: 1e-3", "max-gap: 1e-4")]
    [InlineData("size: 40%", "size: 40 KB")]
    [InlineData("[16, 8]", "[8, 16]")]
    [InlineData("[4, 8]", "[8, 4]")]
    [InlineData("90%", "91%")]
    [InlineData("conv1: 0.5", "conv2: 0.5")]
    [InlineData("to: b", "to: c")]
    [InlineData("version: 1", "version: 1\nseed: 2")]
    [InlineData("source: digits.onnx", "source: letters.onnx")]
    [InlineData("metrics: [top1]", "metrics: [top1], samples: 3")]
    [InlineData("metrics: [top1]", "metrics: [top1], command: eval")]
    public void Changes_With_The_Meaning(string from, string to) =>
        Of(Manifest.Replace(from, to, StringComparison.Ordinal)).ShouldNotBe(Of(Manifest));

    [Fact]
    public void Knows_Parts_By_Their_Names_And_Shares_Not_By_Their_Order()
    {
        string Split(string parts) => Of($$"""
            version: 1
            datasets:
              all: { path: test.npz, inputs: { a: first }, split: { {{parts}} } }
            models:
              digits: { source: digits.onnx, calibrate: { dataset: all/b }, compress: [{ method: sample }] }
            """);

        Split("b: 30%, a: 20%").ShouldBe(Split("a: 20%, b: 30%"));
        Split("a: 21%, b: 30%").ShouldNotBe(Split("a: 20%, b: 30%"));
        Split("a: 20%, b: 31%").ShouldNotBe(Split("a: 20%, b: 30%"));
    }

    [Fact]
    public void Changes_With_The_Columns_Of_A_Table()
    {
        string Table(string columns) => Of($$"""
            version: 1
            datasets:
              all: { path: table.csv, inputs: { a: {{columns}} } }
            models:
              digits: { source: digits.onnx, calibrate: { dataset: all }, compress: [{ method: sample }] }
            """);

        string[] all = [Table("[a, b]"), Table("[b, a]"), Table("'[a, b]'"), Table("['a, b']")];
        all.Distinct().Count().ShouldBe(all.Length);
    }

    [Theory]
    [InlineData("command: [eval, a]", "command: [eval, b]")]
    [InlineData("command: [eval, a]", "command: [eval, a], timeout: 60")]
    [InlineData("command: [eval, a]", "command: [eval, a], files: [images.npy]")]
    public void Changes_With_The_Command(string from, string to)
    {
        var manifest = Manifest.Replace("metrics: [top1]", "command: [eval, a]", StringComparison.Ordinal);

        Of(manifest.Replace(from, to, StringComparison.Ordinal)).ShouldNotBe(Of(manifest));
    }

    [Fact]
    public void Does_Not_Change_With_The_Time_That_A_Call_May_Take() =>
        Of(Manifest.Replace("source: digits.onnx", "source: digits.onnx\n    timeout: 900", StringComparison.Ordinal)).ShouldBe(Of(Manifest));

    [Theory]
    [InlineData("initializers: inputs", "initializers: constants")]
    [InlineData("strip: false", "strip: true")]
    public void Changes_With_What_Is_Done_Before_The_First_Step(string other, string usual)
    {
        string With(string line) => Of(Manifest.Replace("source: digits.onnx", $"source: digits.onnx\n    {line}", StringComparison.Ordinal));
        With(other).ShouldNotBe(Of(Manifest));
        With(usual).ShouldBe(Of(Manifest));
    }

    private static string Of(string yaml)
    {
        using var folder = new ManifestFolder();
        return folder.Read(yaml).Models[0].Canonical;
    }
}
