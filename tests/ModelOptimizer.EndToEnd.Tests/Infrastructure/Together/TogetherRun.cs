using System.Runtime.ExceptionServices;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Together;

/// <summary>Goes through all scenarios at once: each as far as its next step, then one command for all that wait for it, and so on.</summary>
public sealed class TogetherRun : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Exception> _failures = [];
    private readonly HashSet<string> _finished = [];
    private int _commands;

    public TogetherRun()
    {
        List<Scenario> waiting = [];
        foreach (var (number, name) in Catalogue.Names.Where(Catalogue.Selected.Contains).Index())
        {
            var place = new Place(Directory.CreateDirectory(_folder[$"{number}"]).FullName);
            Advance(new Scenario(name, place, Catalogue.Start(name, place).GetEnumerator()), waiting);
        }

        while (waiting.Count > 0)
        {
            var command = Command.InOrder.First(command => waiting.Any(scenario => scenario.Steps.Current.Command == command));
            var together = waiting.Where(scenario => scenario.Steps.Current.Command == command).ToList();
            waiting.RemoveAll(together.Contains);
            Run(command, together);
            together.ForEach(scenario => Advance(scenario, waiting));
        }
    }

    /// <summary>Throws what went wrong in a scenario.</summary>
    public void ShouldHaveSucceeded(string name)
    {
        if (_failures.TryGetValue(name, out var failure))
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        _finished.ShouldContain(name);
    }

    public void Dispose() => _folder.Dispose();

    private void Run(Command command, List<Scenario> together)
    {
        var members = together.SelectMany(scenario => scenario.Steps.Current.Projects).ToList();
        var all = Traversal.Write(_folder[$"all{_commands++}.proj"], command.Target, command.Targets, members);
        // One node, or the logs would be mixed; a detailed log, since some scenarios look for what a build does not say otherwise.
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Packages.Folder };
        var log = DotNet.Run(_folder.Path, environment, [.. command.Arguments, all, "-m:1", "-v:d", "-tl:off", "-nologo"]);
        foreach (var scenario in together)
        {
            var outcomes = scenario.Steps.Current.Projects.Select(project => Traversal.Of(project, log)).ToList();
            scenario.Place.Last = new Outcome(outcomes.Max(outcome => outcome.ExitCode), string.Concat(outcomes.Select(outcome => outcome.Output)));
        }
    }

    private void Advance(Scenario scenario, List<Scenario> waiting)
    {
        // Whatever goes wrong is the failure of this scenario's test alone.
#pragma warning disable CA1031
        try
        {
            if (scenario.Steps.Current is { } step)
            {
                _ = step.Fails ? scenario.Place.Last.ShouldFail() : scenario.Place.Last.ShouldSucceed();
            }

            if (scenario.Steps.MoveNext())
            {
                waiting.Add(scenario);
            }
            else
            {
                _finished.Add(scenario.Name);
                scenario.Steps.Dispose();
            }
        }
        catch (Exception failure)
        {
            _failures.Add(scenario.Name, failure);
        }
#pragma warning restore CA1031
    }

    private sealed record Scenario(string Name, Place Place, IEnumerator<Step> Steps);
}
