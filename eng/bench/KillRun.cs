using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.EndToEnd.Tests.Infrastructure;

namespace ModelOptimizer.Bench;

/// <summary>Kills real builds of a real project, with the packages as they are now, and counts what they left.</summary>
internal static class KillRun
{
    private const int Seed = 1;

    public static int Run(string count)
    {
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var kills))
        {
            Console.Error.WriteLine($"'{count}' is not a number of builds.");
            return 2;
        }

        using var folder = new TempFolder();
        var clock = Stopwatch.StartNew();
        var builds = new KilledBuilds(new Place(folder.Path), Seed);
        foreach (var (number, step) in builds.Kill(kills).Index())
        {
            var all = Traversal.Write(folder[$"all{number}.proj"], step.Command.Target, step.Command.Targets, step.Projects);
            var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Packages.Folder };
            DotNet.Run(folder.Path, environment, [.. step.Command.Arguments, all, "-m:1", "-tl:off", "-nologo"]).ShouldSucceed();
        }

        foreach (var (what, times) in builds.Counts)
        {
            Console.WriteLine($"{times,5}  {what}");
        }

        Console.WriteLine($"{builds.Problems.Count,5}  problems, in {clock.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s, seed {Seed}");
        foreach (var problem in builds.Problems)
        {
            Console.WriteLine(problem);
        }

        return builds.Problems.Count == 0 ? 0 : 1;
    }
}
