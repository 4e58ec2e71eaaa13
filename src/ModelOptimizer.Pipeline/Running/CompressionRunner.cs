using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Runs a manifest: plan, calibrate, compress, gate, write. The one entry of the command line and the build.</summary>
public static class CompressionRunner
{
    /// <summary>Runs to the end and reports every failure in the result; throws only <see cref="OperationCanceledException"/>.</summary>
    public static RunResult Run(RunOptions options, IRunObserver observer, CancellationToken cancellation)
    {
        var record = new RunRecord(observer);
        record.Read(Path.GetFullPath(options.ManifestPath));
        record.Guard(() =>
        {
            var plan = ManifestReader.Read(options.ManifestPath);
            foreach (var remark in plan.Remarks)
            {
                record.Report(remark);
            }

            var models = Select(plan, options.Model);
            var locks = LockFile.Read(plan.ManifestPath);
            record.Read(locks.Path);
            using var engine = new Engine(SelectDevice(plan, options));
            observer.Message(engine.Device.Note);
            foreach (var model in models)
            {
                cancellation.ThrowIfCancellationRequested();
                record.Guard(() => record.Finish(ReportFiles.Write(
                    new ModelJob(plan, model, options, engine, locks, record, cancellation).Run(), plan.ManifestPath, model, options, record.Report)));
            }

            if (options.WriteLock)
            {
                if (options.Model is null)
                {
                    locks.Retain(models.Select(model => model.Name));
                }

                locks.Write();
            }
        });
        return record.ToResult();
    }

    private static IReadOnlyList<ModelPlan> Select(CompressionPlan plan, string? name)
    {
        if (name is null)
        {
            return plan.Models;
        }

        return plan.Models.Where(model => model.Name == name).ToList() is { Count: > 0 } chosen
            ? chosen
            : throw new DiagnosticException(
                RunCodes.UnknownModel,
                $"There is no model '{name}' in this manifest; it has {string.Join(", ", plan.Models.Select(model => $"'{model.Name}'"))}.",
                new SourcePosition(plan.ManifestPath));
    }

    // A device that the manifest asks for and that does not start is an error at the manifest's line.
    private static Device SelectDevice(CompressionPlan plan, RunOptions options)
    {
        if (options.Device is not null)
        {
            return DeviceSelector.Select(options.Device);
        }

        try
        {
            return DeviceSelector.Select(plan.Device);
        }
        catch (DiagnosticException exception)
        {
            throw new DiagnosticException(exception.Diagnostic with { Position = plan.DevicePosition }, exception);
        }
    }
}
