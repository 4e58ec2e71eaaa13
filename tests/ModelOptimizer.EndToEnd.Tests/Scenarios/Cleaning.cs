namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Cleaning : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Clean_Removes_What_Was_Written_And_The_Next_Build_Takes_It_From_The_Cache()
    {
        // A line of the detailed log that every evaluation has, and no answer from the cache.
        const string Evaluates = "digits: evaluate";
        var consumer = new Consumer(_folder["app"]);
        DetailedBuild(consumer).Output.ShouldContain(Evaluates);
        var embedded = consumer.Embedded();

        consumer.DotNet("clean", "-c", "Release").ShouldSucceed();
        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();

        var again = DetailedBuild(consumer);
        again.ToolStarts.ShouldBe(1, again.Output);
        again.Output.ShouldNotContain(Evaluates);
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

    private static Outcome DetailedBuild(Consumer consumer) => consumer.Command("build", "-c", "Release", "-v:d", "-tl:off", "-nologo").ShouldSucceed();
}
