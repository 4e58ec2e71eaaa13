using System.Runtime.InteropServices;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Examples;

/// <summary>CONTRIBUTING.md's data format.</summary>
public class RawFloatsTests
{
    [Fact]
    public void Samples_are_read_one_behind_the_other()
    {
        using var folder = new TempFolder();
        float[] numbers = [.. Enumerable.Range(0, 12).Select(i => i / 2f)];
        File.WriteAllBytes(folder["x.f32"], MemoryMarshal.AsBytes<float>(numbers).ToArray());
        var dataset = new DatasetPlan { Name = "x", Position = new("x.yaml"), Path = folder["x.f32"], Inputs = new Dictionary<string, string>(), Files = [] };

        var array = RawFloats.Format.Open(dataset).Input("2x3");

        RawFloats.Format.Has(dataset.Path).ShouldBeTrue();
        array.Header.Shape.ShouldBe([2, 2, 3]);
        using var reader = array.Open();
        reader.Skip(1);
        var sample = new byte[array.Header.SampleBytes];
        reader.Read(sample);
        MemoryMarshal.Cast<byte, float>(sample).ToArray().ShouldBe(numbers[6..]);
    }
}
