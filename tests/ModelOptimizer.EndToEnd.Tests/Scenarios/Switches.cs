namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Switches : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Disabled_Embeds_The_Original()
    {
        var consumer = new Consumer(_folder["app"]);
        var original = $"Digits.onnx {new FileInfo(consumer.Model).Length} intact";

        consumer.Build("-p:ModelOptimizerEnabled=false").ShouldSucceed().ToolStarts.ShouldBe(1);
        consumer.Run().ShouldBe(original);
        consumer.Build("-p:ModelOptimizerEnabled=false").ShouldSucceed().ToolStarts.ShouldBe(0);

        consumer.Build().ShouldSucceed();
        consumer.Run().ShouldNotBe(original);
    }

    [Fact]
    public void Verify_Evaluates_The_Gates_Again_And_Writes_No_Other_Model()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Build().ShouldSucceed();
        var embedded = consumer.Embedded();

        var verify = consumer.Build("-p:ModelOptimizerVerify=true").ShouldSucceed();

        verify.ToolStarts.ShouldBe(1, verify.Output);
        consumer.Embedded().ShouldBe(embedded);
        consumer.Run().ShouldBe($"Digits.onnx {embedded.Length} intact");
    }

    [Fact]
    public void Any_Manifest_Name_Works_And_Its_Paths_Are_Relative_To_It()
    {
        var consumer = new Consumer(_folder["app"], items: """<CompressionManifest Include="models/digits.yaml" />""");
        File.Delete(consumer["modelopt.yaml"]);
        consumer.Write("models/digits.yaml", Consumer.Manifest.Replace("models/digits.onnx", "digits.onnx", StringComparison.Ordinal).Replace("data/", "../data/", StringComparison.Ordinal));

        consumer.Build().ShouldSucceed();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
    }

    [Fact]
    public void A_Project_Without_A_Manifest_Starts_Nothing()
    {
        var consumer = new Consumer(_folder["app"]);
        File.Delete(consumer["modelopt.yaml"]);
        consumer.Write("Program.cs", "return;\n");

        consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);

        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();
}
