using System.Diagnostics;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// Kills builds of equal projects at random moments, looks at what each left, and builds again. There are two manifests, which make models of equal length and
/// different bytes, so that no length gives a mix of both away.
/// </summary>
internal sealed class KilledBuilds
{
    private static readonly string[] Norms = ["covariance", "frobenius"];

    private readonly Place _place;
    private readonly string _cache;
    private readonly Consumer _watched;
    private readonly Random _random;
    private readonly List<BuiltFiles> _known = [];
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<(Func<Consumer, bool> IsNow, TimeSpan Length)> _phases = [];

    public KilledBuilds(Place place, int seed)
    {
        _place = place;
        _cache = place["cache"];
        _watched = NewConsumer("watched", _cache);
        _random = new Random(seed);
    }

    /// <summary>What is not as it should be; nothing else may be here at the end.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many builds were killed, when, and what they left.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>
    /// Kills a build of each of this many projects, by turns at any moment, while the tool runs, and while it replaces the outputs; of every four, two have to
    /// compress and two find the result in the cache. Before, all are built with the first manifest; the build that is killed has the second; and afterwards
    /// all are built again.
    /// </summary>
    public IEnumerable<Step> Kill(int count)
    {
        var consumers = Enumerable.Range(0, count).Select(each => NewConsumer($"app{each}", MustCompress(each) ? _place[$"cache{each}"] : _cache)).ToList();
        Consumer[] all = [_watched, .. consumers];
        foreach (var consumer in all)
        {
            Choose(consumer, 0);
        }

        yield return Step.Build(all);
        _known.Add(BuiltFiles.In(_watched));
        Choose(_watched, 1);
        Watch();
        _known.Add(BuiltFiles.In(_watched));
        _known[0].Model!.Length.ShouldBe(_known[1].Model!.Length);
        _known[0].Model.ShouldNotBe(_known[1].Model);

        var chosen = consumers.Select((consumer, each) => KillOnce(consumer, each)).ToList();

        yield return Step.Build([.. consumers]);
        for (var each = 0; each < count; each++)
        {
            ExamineNext(consumers[each], chosen[each], FormattableString.Invariant($"the build after kill {each + 1}"));
        }
    }

    private static bool MustCompress(int each) => each % 4 >= 2;

    private Consumer NewConsumer(string name, string cache) =>
        // A compiler that outlives its build would not be killed with it.
        new(_place[name], "<UseSharedCompilation>false</UseSharedCompilation>", cache: cache);

    // The manifest of the killed build. One that ended before its moment is a whole build, and the other manifest's turn is next.
    private int KillOnce(Consumer consumer, int each)
    {
        for (var which = 1; ; which = 1 - which)
        {
            Choose(consumer, which);
            if (KillOne(consumer, _phases[each % _phases.Count]))
            {
                Examine(consumer, which, FormattableString.Invariant($"kill {each + 1}"));
                return which;
            }

            Count("ended before they were killed");
            if (MustCompress(each))
            {
                Directory.Delete(_place[$"cache{each}"], recursive: true);
            }
        }
    }

    private bool KillOne(Consumer consumer, (Func<Consumer, bool> IsNow, TimeSpan Length) phase)
    {
        using var build = Start(consumer);
        var drained = Drain(build);
        var clock = Stopwatch.StartNew();
        Wait(build, () => phase.IsNow(consumer));
        var moment = clock.Elapsed + (phase.Length * _random.NextDouble());
        Wait(build, () => clock.Elapsed >= moment);
        if (build.HasExited)
        {
            return false;
        }

        Count(
            IsReplacing(consumer) ? "killed while the tool replaced outputs"
            : IsInTool(consumer) ? "killed while the tool ran"
            : "killed before or after the tool ran"
        );
        build.Kill(entireProcessTree: true);
        build.WaitForExit();
        drained.GetAwaiter().GetResult();
        // A killed process is gone a moment later; its lock goes with it.
        SpinWait.SpinUntil(() => LockIsFree(consumer), TimeSpan.FromSeconds(10)).ShouldBeTrue("the tool outlived its build");
        return true;
    }

    private void Examine(Consumer consumer, int which, string what)
    {
        var left = BuiltFiles.In(consumer);
        var (model, accessor) = (_known.FindIndex(left.HasModelOf), _known.FindIndex(left.HasAccessorOf));
        if (model < 0 || accessor < 0)
        {
            _problems.Add($"{what} left a {(model < 0 ? "model" : "accessor")} that no build makes");
        }
        else if (model == accessor)
        {
            Count(model == which ? "left the new output" : "left the old output");
        }
        else if (left.Finished)
        {
            _problems.Add($"{what} left the model of one build and the accessor of the other, and a state that takes them for whole");
        }
        else
        {
            Count("left new and old files side by side, marked as unfinished");
        }
    }

    private void ExamineNext(Consumer consumer, int which, string what)
    {
        var made = BuiltFiles.In(consumer);
        if (!made.Finished || !made.HasModelOf(_known[which]) || !made.HasAccessorOf(_known[which]))
        {
            _problems.Add($"{what} did not make what its manifest says");
        }
        else if (File.ReadAllBytes(consumer["bin", "Release", "net10.0", $"{consumer.Name}.dll"]).AsSpan().IndexOf(made.Model) < 0)
        {
            _problems.Add($"{what} left an assembly without its model");
        }
        else
        {
            Count("built again, right");
        }

        var rest = Directory.GetFiles(Output(consumer), "*.tmp", SearchOption.AllDirectories);
        if (rest.Length > 0)
        {
            _problems.Add($"{what} left {rest[0]}");
        }
    }

    private static void Choose(Consumer consumer, int which) => consumer.Write(
        "modelopt.yaml",
        Consumer.Manifest.Replace("budget: { size: 60% }", $"norm: {Norms[which]}\n        ranks: 10", StringComparison.Ordinal));

    // How long the phases of a build that has to compress last is measured.
    private void Watch()
    {
        using var build = Start(_watched);
        var drained = Drain(build);
        var clock = Stopwatch.StartNew();
        var (inTool, replacing) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var before = clock.Elapsed; !build.HasExited; before = clock.Elapsed)
        {
            Thread.Sleep(1);
            var step = clock.Elapsed - before;
            inTool += IsInTool(_watched) ? step : TimeSpan.Zero;
            replacing += IsReplacing(_watched) ? step : TimeSpan.Zero;
        }

        var output = drained.GetAwaiter().GetResult();
        build.ExitCode.ShouldBe(0, output);
        _phases.AddRange([(_ => true, clock.Elapsed), (IsInTool, inTool), (IsReplacing, replacing)]);
    }

    // The task's request is there while the tool runs.
    private static Process Start(Consumer consumer)
    {
        Requests(consumer).ToList().ForEach(File.Delete);
        return consumer.Start("build", "-c", "Release", "--no-restore");
    }

    private static async Task<string> Drain(Process process)
    {
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return string.Concat(texts);
    }

    private static void Wait(Process build, Func<bool> condition)
    {
        while (!build.HasExited && !condition())
        {
            Thread.Sleep(1);
        }
    }

    private static bool IsInTool(Consumer consumer) => Requests(consumer).Any();

    // What is to be put into place waits there.
    private static bool IsReplacing(Consumer consumer) => Directory.Exists(Path.Combine(Output(consumer), ".staging"));

    private static string Output(Consumer consumer) => consumer["obj", "modelopt"];

    private static IEnumerable<string> Requests(Consumer consumer) =>
        Directory.Exists(Output(consumer)) ? Directory.EnumerateFiles(Output(consumer), "request-*.json") : [];

    private static bool LockIsFree(Consumer consumer)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(Output(consumer), "build.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
}
