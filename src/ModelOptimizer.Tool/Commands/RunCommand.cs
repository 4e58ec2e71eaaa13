using System.CommandLine;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>compress</c> and <c>verify</c>: the same run, with and without compressing.</summary>
internal static class RunCommand
{
    public static Command Create(string name, string description, bool verifyOnly, Terminal terminal, RunManifest run)
    {
        var manifest = new Argument<string>("manifest")
        {
            Description = "The manifest.",
            DefaultValueFactory = _ => ManifestReader.DefaultIn("."),
        };
        var model = new Option<string?>("--model") { Description = "Only this model of the manifest.", HelpName = "name" };
        var device = CommonOptions.Device("Instead of the manifest's device.");
        var algebra = new Option<string?>("--linear-algebra")
        {
            Description = $"Instead of the manifest's: {string.Join(", ", LinearAlgebraBackends.Words)}.",
            HelpName = "library",
        };
        var cache = CommonOptions.Cache();
        var locked = new Option<bool>("--locked")
        {
            Description = "Inputs and output must be those of the lock file; an output that is not there is made again, in memory.",
        };
        var json = CommonOptions.Json();
        algebra.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } word && !LinearAlgebraBackends.Words.Contains(word))
            {
                result.AddError($"There is no linear algebra '{word}'. Libraries: {string.Join(", ", LinearAlgebraBackends.Words)}.");
            }
        });

        var command = new Command(name, description) { manifest, model, device, algebra, cache, json };
        if (verifyOnly)
        {
            command.Options.Add(locked);
        }

        command.SetAction((parsed, cancellation) => Task.FromResult(Guard.Run(terminal, name, parsed.GetValue(json), () => Execute(
            name,
            terminal,
            run,
            new RunOptions
            {
                ManifestPath = Path.GetFullPath(parsed.GetValue(manifest)!, terminal.CurrentDirectory),
                Model = parsed.GetValue(model),
                Device = parsed.GetValue(device),
                LinearAlgebra = parsed.GetValue(algebra),
                VerifyOnly = verifyOnly,
                Locked = verifyOnly && parsed.GetValue(locked),
                WriteLock = !verifyOnly,
                CacheDirectory = terminal.CacheDirectory(parsed.GetValue(cache)),
            },
            parsed.GetValue(json),
            cancellation))));
        return command;
    }

    private static int Execute(string name, Terminal terminal, RunManifest run, RunOptions options, bool json, CancellationToken cancellation)
    {
        var result = ObservedRun.Run(run, options, terminal, json, cancellation);
        if (json)
        {
            terminal.Out.WriteLine(JsonReports.Of(name, options.ManifestPath, result));
            return result.ExitCode;
        }

        foreach (var report in result.Models)
        {
            ReportView.Write(terminal, report);
        }

        foreach (var report in result.Models)
        {
            terminal.Out.WriteLine(ModelLine.Of(report));
        }

        return result.ExitCode;
    }
}
