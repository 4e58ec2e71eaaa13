namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Paths : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_Folder_May_Have_Spaces_And_Other_Letters()
    {
        var consumer = new Consumer(_folder["my äpps ω", "app"]);

        consumer.Build().ShouldSucceed().Problems.ShouldBeEmpty();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);
    }

    [Fact]
    public void A_Model_May_Be_Called_What_Msbuild_Would_Expand()
    {
        var consumer = new Consumer(_folder["app"]);
        File.Move(consumer.Model, consumer["models", "digits@(x) 100%41.en.onnx"]);
        consumer.Write("modelopt.yaml", Consumer.Manifest.Replace("models/digits.onnx", "\"models/digits@(x) 100%41.en.onnx\"", StringComparison.Ordinal));

        consumer.Build().ShouldSucceed().Problems.ShouldBeEmpty();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        Directory.Exists(consumer["bin", "Release", "net10.0", "en"]).ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();
}
