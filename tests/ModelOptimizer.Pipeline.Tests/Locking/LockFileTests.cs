using System.Text.RegularExpressions;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Running;

namespace ModelOptimizer.Pipeline.Tests.Locking;

public class LockFileTests
{
    [Fact]
    public void A_locked_model_is_made_again_without_a_search_and_with_the_same_bytes()
    {
        using var project = LockedProject.Make();
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Decisions.ShouldBe(DecisionSource.Lock);
        report.Search.ShouldBeNull();
        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    [Fact]
    public void Compressing_again_leaves_an_equal_lock_file_as_it_is()
    {
        using var project = LockedProject.Make();
        var before = (File.ReadAllText(project.Lock), File.GetLastWriteTimeUtc(project.Lock));

        project.Run(writeLock: true);

        (File.ReadAllText(project.Lock), File.GetLastWriteTimeUtc(project.Lock)).ShouldBe(before);
    }

    [Fact]
    public void A_build_never_writes_the_lock_file()
    {
        using var project = new SmallProject(LockedProject.Gate);
        project.Run().ExitCode.ShouldBe(0);

        File.Exists(project.Lock).ShouldBeFalse();
    }

    [Fact]
    public void A_failed_gate_locks_nothing()
    {
        using var project = new SmallProject("cosine: { min: 100% }");
        project.Run(writeLock: true).ExitCode.ShouldBe(1);

        File.Exists(project.Lock).ShouldBeFalse();
    }

    [Fact]
    public void Another_gate_makes_the_lock_stale_which_is_a_warning_of_a_build_and_an_error_of_verify()
    {
        using var project = LockedProject.Make();
        project.WriteManifest("cosine: { min: 96% }", step: "budget: auto");

        var built = project.Run();
        var verified = project.Run(locked: true);

        built.ExitCode.ShouldBe(0);
        built.Models[0].Decisions.ShouldBe(DecisionSource.Search);
        built.Diagnostics.Single(diagnostic => diagnostic.Code == LockCodes.Stale).Message.ShouldContain("'gates' in the manifest changed");
        verified.ExitCode.ShouldBe(2);
        verified.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.Stale);
    }

    [Fact]
    public void A_changed_dataset_is_named()
    {
        using var project = LockedProject.Make();
        File.Copy(Path.Combine(project.Folder, "train.npz"), Path.Combine(project.Folder, "other.npz"));
        project.WriteManifest(LockedProject.Gate, evaluation: "other.npz", step: "budget: auto");

        var message = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Code == LockCodes.Stale).Message;

        message.ShouldContain("'evaluate' in the manifest");
        message.ShouldContain("the new file other.npz");
        message.ShouldContain("the file test.npz, which is not used any more");
    }

    [Fact]
    public void Comments_names_of_outputs_and_a_moved_gate_line_do_not_make_it_stale()
    {
        using var project = LockedProject.Make();
        File.WriteAllText(
            project.Manifest,
            "# a comment\n"
                + File.ReadAllText(project.Manifest)
                    .Replace("    source: model.onnx", "    embed: { resource: Small.onnx }\n    source: model.onnx", StringComparison.Ordinal)
        );

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
    }

    [Fact]
    public void A_build_follows_a_lock_without_a_seal_and_compress_seals_it()
    {
        using var project = LockedProject.Make();
        var sealedText = File.ReadAllText(project.Lock);
        File.WriteAllText(project.Lock, Regex.Replace(sealedText, @",\s*""seal"": ""[^""]*""", ""));

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
        project.Run(writeLock: true).ExitCode.ShouldBe(0);

        File.ReadAllText(project.Lock).ShouldBe(sealedText);
    }

    [Fact]
    public void Ranks_that_do_not_fit_are_an_error_of_the_lock_file()
    {
        using var project = LockedProject.Make();
        LockedProject.Relock(project, text => Regex.Replace(text, @"\[\d+", "[9999"));

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe(LockCodes.Unreadable);
        error.Message.ShouldContain("[9999");
        error.Position!.File.ShouldBe(project.Lock);
    }

    [Fact]
    public void Steps_that_are_not_the_manifests_are_an_error_of_the_lock_file()
    {
        using var project = LockedProject.Make();
        LockedProject.Relock(project, text => text.Replace("\"tucker\"", "\"cp\"", StringComparison.Ordinal));

        project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.Unreadable);
    }
}
