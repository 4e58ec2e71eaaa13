namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Cleaning : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Clean_Removes_What_Was_Written_And_The_Next_Build_Makes_It_Again()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Build().ShouldSucceed();
        var embedded = consumer.Embedded();

        consumer.DotNet("clean", "-c", "Release").ShouldSucceed();
        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();

        consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        consumer.Embedded().ShouldBe(embedded);
    }

    [Fact]
    public void Clean_Also_Removes_What_A_Failed_Build_Left()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Write("modelopt.yaml", Consumer.Manifest.Replace("max: 65%", "max: 1%", StringComparison.Ordinal));
        consumer.Build().ShouldFail();

        consumer.DotNet("clean", "-c", "Release").ShouldSucceed();

        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();
}
