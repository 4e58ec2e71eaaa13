using System.Text.Json;
using ModelOptimizer.Tensors.Tests.Devices;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>A whole run on WebGPU. One test: two sessions of that provider that run at once bring the process down.</summary>
public sealed class WebGpuRunTests
{
    private const string Gates = "cosine: { min: 10% }\n      - size: { max: 90% }";
    private const string Ranks = "ranks: 50%";
    private const int Samples = 16;

    [WebGpuFact]
    public void A_model_is_compressed_and_gated_there_and_the_report_and_the_cache_tell_devices_apart()
    {
        using var project = new SmallProject(Gates);
        project.WriteManifest(Gates, step: Ranks, samples: Samples);
        var onCpu = project.Run(cached: true);
        project.WriteManifest(Gates, step: Ranks, device: "webgpu", samples: Samples);
        var observer = new RecordingObserver();

        var first = project.Run(observer, cached: true);
        var second = project.Run(cached: true);

        first.ExitCode.ShouldBe(ExitCode.Passed);
        observer.Messages.ShouldContain("webgpu as asked");
        var report = first.Models.Single();
        report.DeviceClass.ShouldStartWith("webgpu/");
        report.FromCache.ShouldBe(false);
        report.Gates.Select(gate => gate.Outcome).ShouldAllBe(outcome => outcome == GateOutcome.Passed);
        report.Placement.ShouldNotBeNull().OnCpu.ShouldBe(0);
        second.Models.Single().FromCache.ShouldBe(true);
        var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(report.ReportFile!, ".json"))).RootElement.GetProperty("model");
        json.GetProperty("deviceClass").GetString().ShouldBe(report.DeviceClass);
        json.GetProperty("deviceNote").GetString().ShouldBe("webgpu as asked");
        // The same ranks, and metrics within docs/devices.md's tolerance.
        var reference = onCpu.Models.Single();
        report.Steps.Single().Layers.Select(layer => layer.Ranks).ShouldBe(reference.Steps.Single().Layers.Select(layer => layer.Ranks));
        report.Metrics.Single().Compressed.ShouldBe(reference.Metrics.Single().Compressed, 1e-4);
    }
}
