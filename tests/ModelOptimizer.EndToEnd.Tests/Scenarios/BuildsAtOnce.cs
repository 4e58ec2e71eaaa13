namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class BuildsAtOnce : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Debug_And_Release_Of_One_Project_Wait_For_Each_Other()
    {
        var consumer = new Consumer(_folder["app"]);
        // Restoring one project twice at once collides in the SDK itself.
        consumer.DotNet("restore").ShouldSucceed();

        var builds = await Task.WhenAll(
            Task.Run(() => consumer.DotNet("build", "-c", "Debug", "--no-restore")),
            Task.Run(() => consumer.DotNet("build", "-c", "Release", "--no-restore")));

        builds[0].ShouldSucceed();
        builds[1].ShouldSucceed();
        var expected = $"Digits.onnx {consumer.Embedded().Length} intact";
        consumer.Run("Debug").ShouldBe(expected);
        consumer.Run("Release").ShouldBe(expected);
        consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);
    }

    [Fact]
    public async Task Debug_With_Originals_And_Release_Compressed_Do_Not_Mix()
    {
        var consumer = new Consumer(_folder["app"], """<ModelOptimizerEnabled Condition="'$(Configuration)' == 'Debug'">false</ModelOptimizerEnabled>""");
        consumer.DotNet("restore").ShouldSucceed();

        var builds = await Task.WhenAll(
            Task.Run(() => consumer.DotNet("build", "-c", "Debug", "--no-restore")),
            Task.Run(() => consumer.DotNet("build", "-c", "Release", "--no-restore")));

        builds[0].ShouldSucceed();
        builds[1].ShouldSucceed();
        consumer.Run("Debug").ShouldBe($"Digits.onnx {new FileInfo(consumer.Model).Length} intact");
        consumer.Run("Release").ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
    }

    [Fact]
    public async Task Two_Projects_Share_One_Cache()
    {
        var one = new Consumer(_folder["one"], cache: _folder["cache"]);
        var two = new Consumer(_folder["two"], cache: _folder["cache"]);

        var builds = await Task.WhenAll(Task.Run(() => one.Build()), Task.Run(() => two.Build()));

        builds[0].ShouldSucceed();
        builds[1].ShouldSucceed();
        two.Embedded().ShouldBe(one.Embedded());
        two.Run().ShouldBe(one.Run());
        Directory.GetDirectories(_folder["cache", "results"]).ShouldHaveSingleItem();
    }

    public void Dispose() => _folder.Dispose();
}
