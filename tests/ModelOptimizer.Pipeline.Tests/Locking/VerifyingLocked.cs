using System.Text.RegularExpressions;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Running;

namespace ModelOptimizer.Pipeline.Tests.Locking;

/// <summary>What <c>verify --locked</c> believes, and what not.</summary>
public class VerifyingLocked
{
    [Fact]
    public void Verify_locked_makes_an_absent_output_again_in_memory()
    {
        using var project = LockedProject.Make();
        File.Delete(project.Output);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(0);
        result.Models[0].Gates.ShouldNotBeEmpty();
        File.Exists(project.Output).ShouldBeFalse();
    }

    [Fact]
    public void Verify_locked_refuses_an_output_that_was_changed()
    {
        using var project = LockedProject.Make();
        File.Copy(Path.Combine(project.Folder, "model.onnx"), project.Output, overwrite: true);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.OtherOutput);
    }

    [Fact]
    public void Verify_locked_of_another_linear_algebra_does_not_need_it()
    {
        using var project = LockedProject.Make();
        File.WriteAllText(project.Manifest, "linear-algebra: torchsharp\n" + File.ReadAllText(project.Manifest));
        LockedProject.Relock(project, text => text.Replace("+ort", "+torchsharp1.2.3+ort", StringComparison.Ordinal));
        var observer = new RecordingObserver();

        project.Run(observer, locked: true).ExitCode.ShouldBe(0);
        File.Delete(project.Output);
        observer.Messages.ShouldNotContain(message => message.Contains("torchsharp", StringComparison.Ordinal));
        project.Run(observer, locked: true).ExitCode.ShouldBe(0);
        observer.Messages.ShouldContain(message =>
            message.StartsWith("the built-in linear algebra is taken: 'linear-algebra: torchsharp' cannot be used: ", StringComparison.Ordinal)
        );
        project.Run().ExitCode.ShouldBe(3);
    }

    [Theory]
    [InlineData("+torchsharp1.2.3+ort")]
    [InlineData("+ort")]
    [InlineData("+ort0.0.0")]
    public void Verify_locked_refuses_an_output_that_was_changed_whatever_class_the_lock_names(string mark)
    {
        using var project = LockedProject.Make();
        File.WriteAllText(project.Manifest, "linear-algebra: torchsharp\n" + File.ReadAllText(project.Manifest));
        LockedProject.Relock(project, text => text.Replace("+ort", mark, StringComparison.Ordinal));
        File.Copy(Path.Combine(project.Folder, "model.onnx"), project.Output, overwrite: true);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.ShouldContain(diagnostic => diagnostic.Code == LockCodes.OtherOutput);
    }

    [Fact]
    public void Verify_locked_refuses_a_lock_that_was_changed_by_hand()
    {
        using var project = LockedProject.Make();
        var text = File.ReadAllText(project.Lock);
        foreach (var (member, instead) in new[]
        {
            (@"\[1", "[2"),
            (@"""samples"": \d+", @"""samples"": 63"),
            (@"""compressed"": 0", @"""compressed"": 1"),
            (@"""bytes"": \d", @"""bytes"": 9"),
            (@"""decidedByTime"": false", @"""decidedByTime"": true"),
            (@"""rankMultiple"": 1", @"""rankMultiple"": 8"),
            (@"""tool"": ""[^""]*""", @"""tool"": ""0.0.1"""),
            (@"""device"": ""[^""]*""", @"""device"": ""cpu/elsewhere+ort0.0.0"""),
            (@",\s*""seal"": ""[^""]*""", ""),
        })
        {
            var changed = Regex.Replace(text, member, instead);
            changed.ShouldNotBe(text, member);
            File.WriteAllText(project.Lock, changed);

            var error = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

            error.Code.ShouldBe(LockCodes.Stale, member);
            error.Message.ShouldContain(member.Contains("seal", StringComparison.Ordinal)
                ? "it has no seal, as earlier versions wrote none"
                : "the model's entry in the lock file changed since it was made");
        }

        File.WriteAllText(project.Lock, text.ReplaceLineEndings("\r\n"));
        project.Run(locked: true).ExitCode.ShouldBe(0, "line ends are not its content");
    }

    [Fact]
    public void Verify_locked_does_not_answer_from_the_cache()
    {
        using var project = new SmallProject(LockedProject.Gate);
        project.Run(cached: true, writeLock: true).ExitCode.ShouldBe(0);
        File.Delete(project.Output);

        var verified = project.Run(cached: true, locked: true).Models.ShouldHaveSingleItem();

        verified.FromCache.ShouldNotBe(true);
        project.Run(cached: true).Models.ShouldHaveSingleItem().FromCache.ShouldBe(true, "it is there");
    }

    [Fact]
    public void Verify_locked_without_a_lock_says_how_to_get_one()
    {
        using var project = new SmallProject(LockedProject.Gate);

        var error = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe(LockCodes.Missing);
        error.Message.ShouldContain("modelopt compress");
        error.Position!.File.ShouldBe(project.Lock);
    }

    [Fact]
    public void Another_machine_says_so_and_the_gates_decide()
    {
        using var project = LockedProject.Make();
        var output = LockFile.Read(project.Manifest).Find("small")!.Output;
        LockedProject.Relock(project, text => text.Replace("cpu/", "tpu/", StringComparison.Ordinal).Replace(output, new string('0', 64), StringComparison.Ordinal));
        var observer = new RecordingObserver();

        var result = project.Run(observer, locked: true);

        result.ExitCode.ShouldBe(0);
        observer.Messages.ShouldContain(message => message.Contains("the gates decide", StringComparison.Ordinal));
    }
}
