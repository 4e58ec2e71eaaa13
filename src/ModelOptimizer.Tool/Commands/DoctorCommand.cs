using System.CommandLine;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = CommonOptions.Json();
        var command = new Command("doctor", "Show what this machine has: runtime, devices, cache.") { json };
        command.SetAction(parsed => Guard.Run(terminal, command.Name, parsed.GetValue(json), () =>
        {
            var report = EnvironmentInspector.Inspect(ToolIdentity.Version, terminal.CacheDirectory(null));
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(JsonReports.Of(report));
            }
            else
            {
                DoctorView.Write(terminal.Tables(), report);
            }

            return report.Healthy ? ExitCode.Passed : ExitCode.Environment;
        }));
        return command;
    }
}
