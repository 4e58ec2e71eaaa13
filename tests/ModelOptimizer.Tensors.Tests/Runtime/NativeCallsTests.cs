using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Runtime;

public sealed class NativeCallsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Another_process_sees_what_is_under_way_and_what_was_last()
    {
        using var marker = CallMarker.Create(_folder["calls"]);
        using var watcher = CallMarker.Open(_folder["calls"])!;
        watcher.Calls().ShouldBeEmpty();
        var load = new NativeCall(NativeWork.Load, "/models/größe.onnx", 70, 3L << 40);

        var place = marker.Begin(load);
        var other = marker.Begin(new NativeCall(NativeWork.Run, null, 0, 0));
        marker.End(other);

        watcher.Calls().ShouldBe([load with { Number = 1, IsUnderWay = true }, new NativeCall(NativeWork.Run, null, 0, 0) { Number = 2 }]);
        marker.End(place);
        watcher.Calls().ShouldAllBe(call => !call.IsUnderWay);
    }

    [Fact]
    public void Exit_code_stays_when_the_process_is_gone()
    {
        using (var marker = CallMarker.Create(_folder["calls"]))
        {
            CallMarker.Open(_folder["calls"])!.ExitCode.ShouldBeNull();
            marker.Finish(0);
        }

        using var watcher = CallMarker.Open(_folder["calls"])!;
        watcher.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Calls_of_many_threads_do_not_mix()
    {
        using var marker = CallMarker.Create(_folder["calls"]);
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                var name = $"{thread}-{i}";
                var place = marker.Begin(new NativeCall(NativeWork.Run, name, thread, i));
                var seen = marker.Calls().Where(call => call.Model == name).ShouldHaveSingleItem();
                (seen.Seconds, seen.Bytes, seen.IsUnderWay).ShouldBe((thread, i, true));
                marker.End(place);
            }
        });
        marker.Calls().ShouldAllBe(call => !call.IsUnderWay);
    }

    [Fact]
    public void More_calls_than_there_is_room_for_are_not_noted_and_a_long_name_is_cut()
    {
        using var marker = CallMarker.Create(_folder["calls"]);
        var call = new NativeCall(NativeWork.Run, new string('é', 10_000), 1, 1);
        var places = Enumerable.Range(0, 100).Select(_ => marker.Begin(call)).ToList();

        places.ShouldContain(-1);
        marker.Calls().Count().ShouldBe(places.Count(place => place >= 0));
        marker.Calls().ShouldAllBe(seen => seen.Model!.Length > 2000 && seen.Model.All(letter => letter == 'é'));
    }

    [Fact]
    public void File_that_is_not_there_or_not_whole_is_no_marker()
    {
        CallMarker.Open(_folder["calls"]).ShouldBeNull();
        File.WriteAllBytes(_folder["calls"], new byte[100]);
        CallMarker.Open(_folder["calls"]).ShouldBeNull();
    }

    [Fact]
    public void Time_and_memory_go_with_the_bytes_unless_the_manifest_says_how_long()
    {
        using var marker = CallMarker.Create(_folder["calls"]);
        NativeCall Noted(string? model, long bytes, bool onDevice)
        {
            using var call = NativeCalls.Begin(marker, NativeWork.Run, model, bytes, onDevice);
            return marker.Calls().Last(seen => seen.IsUnderWay);
        }

        Noted("m.onnx", 300, onDevice: false).Seconds.ShouldBe(60);
        Noted("m.onnx", 50_000_000, onDevice: false).Seconds.ShouldBe(560);
        Noted("m.onnx", 300, onDevice: true).Seconds.ShouldBe(600);
        Noted("m.onnx", long.MaxValue, onDevice: true).Seconds.ShouldBe(int.MaxValue);
        Noted("m.onnx", 1_000_000, onDevice: false).Bytes.ShouldBe((2L << 30) + 1_000_000_000);
        Noted("m.onnx", long.MaxValue, onDevice: false).Bytes.ShouldBeGreaterThan(1L << 60);
        (Noted(null, 300, onDevice: false) is { Seconds: 0, Bytes: 0, Model: null }).ShouldBeTrue();
        using (NativeCalls.Take("hand.onnx", 7))
        {
            Noted("student.onnx", 300, onDevice: false).Seconds.ShouldBe(7);
            (Noted(null, 300, onDevice: false) is { Seconds: 0, Bytes: 0, Model: "hand.onnx" }).ShouldBeTrue();
        }
    }
}
