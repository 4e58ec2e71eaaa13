namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class FirstBuild : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_Build_Compresses_Embeds_And_Generates_The_Accessor()
    {
        var consumer = new Consumer(_folder["app"]);

        var build = consumer.Build().ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        build.Problems.ShouldBeEmpty();
        var embedded = consumer.Embedded();
        embedded.Length.ShouldBeLessThan((int)(new FileInfo(consumer.Model).Length * 0.65));
        SmallModel.Convolutions(embedded).ShouldBeGreaterThan(SmallModel.Convolutions(File.ReadAllBytes(consumer.Model)));
        consumer.Run().ShouldBe($"Digits.onnx {embedded.Length} intact");
    }

    [Fact]
    public void A_Second_Build_Starts_No_Tool_And_Compiles_Nothing()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Build().ShouldSucceed();
        var state = File.GetLastWriteTimeUtc(consumer.State);
        var assembly = File.GetLastWriteTimeUtc(consumer["obj", "Release", "net10.0", "app.dll"]);

        var again = consumer.Build().ShouldSucceed();

        again.ToolStarts.ShouldBe(0, again.Output);
        again.UpToDate.ShouldBe(1, again.Output);
        File.GetLastWriteTimeUtc(consumer.State).ShouldBe(state);
        File.GetLastWriteTimeUtc(consumer["obj", "Release", "net10.0", "app.dll"]).ShouldBe(assembly);
    }

    [Fact]
    public void Two_Fresh_Builds_Of_The_Same_Project_Give_The_Same_Bytes()
    {
        var first = new Consumer(_folder["one", "app"]);
        var second = new Consumer(_folder["two", "app"]);

        first.Build().ShouldSucceed();
        second.Build().ShouldSucceed();

        second.Embedded().ShouldBe(first.Embedded());
    }

    public void Dispose() => _folder.Dispose();
}
