using System.Globalization;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Locking;

/// <summary>Runs that read one lock file, and write it after others did. A handle of a file is held against the same process as against another one.</summary>
public sealed class RunsAtOnceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Manifest => _folder["modelopt.yaml"];

    [Fact]
    public void Nothing_is_lost_when_all_write_at_once()
    {
        var names = Enumerable.Range(0, 24).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToList();
        var runs = names.ConvertAll(_ => LockFile.Read(Manifest));
        using var start = new ManualResetEventSlim();
        var threads = names.Zip(runs).Select(run => new Thread(() =>
        {
            run.Second.Set(run.First, Model("of " + run.First));
            start.Wait();
            run.Second.Write(default);
        })).ToList();
        threads.ForEach(thread => thread.Start());

        start.Set();
        threads.ForEach(thread => thread.Join());

        var written = LockFile.Read(Manifest);
        names.ShouldAllBe(name => written.Find(name)!.Output == "of " + name);
        Directory.GetFiles(_folder.Path).ShouldBe([written.Path]);
    }

    [Fact]
    public void The_later_of_two_wins_where_both_decided()
    {
        var (first, second) = (LockFile.Read(Manifest), LockFile.Read(Manifest));
        second.Set("digits", Model("second"));
        second.Set("letters", Model("second"));
        second.Write(default);

        first.Set("digits", Model("first"));
        first.Write(default);

        var written = LockFile.Read(Manifest);
        (written.Find("digits")!.Output, written.Find("letters")!.Output).ShouldBe(("first", "second"));
    }

    [Fact]
    public void What_the_manifest_has_no_more_is_forgotten_whoever_wrote_it()
    {
        var (first, second) = (LockFile.Read(Manifest), LockFile.Read(Manifest));
        second.Set("digits", Model("second"));
        second.Set("gone", Model("second"));
        second.Write(default);

        first.Retain(["digits", "letters"]);
        first.Set("letters", Model("first"));
        first.Write(default);

        var written = LockFile.Read(Manifest);
        (written.Find("digits")!.Output, written.Find("letters")!.Output, written.Find("gone")).ShouldBe(("second", "first", null));
    }

    public void Dispose() => _folder.Dispose();

    private static LockedModel Model(string output) => new()
    {
        Inputs = new LockedInputs(new Dictionary<string, string>(), new Dictionary<string, string>()),
        Steps = [],
        Before = new ModelCost(1000, 200, 3000),
        After = new ModelCost(500, 100, 1500),
        Metrics = new Dictionary<string, LockedMetric>(),
        Output = output,
        Tool = "1.0.0",
        Device = "cpu",
    };
}
