using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Results;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Trainings whose number of steps time decides: the lock file keeps it.</summary>
public sealed class TimedTrainingTests
{
    private const int Many = 50_000_000;

    [Theory]
    [InlineData("distill")]
    [InlineData("opdf")]
    public void The_number_of_steps_is_locked_and_gives_the_same_bytes_again(string method)
    {
        using var project = Trained($"{{ method: {method}, steps: {Many}, minutes: 0.005 }}");
        var decided = project.Run(writeLock: true).Models.ShouldHaveSingleItem();
        var steps = decided.Steps[1].StepsByTime.ShouldNotBeNull();
        steps.ShouldBeInRange(1, Many - 1);
        decided.DecidedByTime.ShouldBeTrue();
        decided.Steps[1].Certificates.ShouldContain(certificate => certificate.Name == "steps" && certificate.Value == steps);
        JsonNode.Parse(File.ReadAllText(project.Lock))!["models"]!["small"]!["steps"]![1]!["layers"]!["the whole model"]!["steps"]!
            .GetValue<int>().ShouldBe(steps);
        var bytes = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var followed = project.Run(writeLock: true).Models.ShouldHaveSingleItem();

        (followed.Decisions, followed.DecidedByTime, followed.Steps[1].StepsByTime).ShouldBe((DecisionSource.Lock, false, steps));
        File.ReadAllBytes(project.Output).ShouldBe(bytes);
        project.Run(locked: true).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void A_training_that_is_begun_again_makes_as_many_steps()
    {
        using var project = Trained($"{{ method: distill, steps: {Many}, minutes: 0.005 }}");
        var first = project.Run(cached: true).Models.ShouldHaveSingleItem();
        // What is left when a run was interrupted: no result, and what methods keep.
        Directory.Delete(Path.Combine(project.Cache, "results"), recursive: true);

        var again = project.Run(cached: true).Models.ShouldHaveSingleItem();

        again.FromCache.ShouldNotBe(true);
        again.Steps[1].StepsByTime.ShouldBe(first.Steps[1].StepsByTime);
        again.OutputSha256.ShouldBe(first.OutputSha256);
    }

    [Fact]
    public void No_more_steps_are_made_than_are_asked_for()
    {
        using var project = Trained("{ method: distill, steps: 3, minutes: 60 }");

        project.Run().Models.ShouldHaveSingleItem().Steps[1].StepsByTime.ShouldBe(3);
    }

    private static SmallProject Trained(string step)
    {
        var project = new SmallProject("cosine: { min: 1% }");
        project.WriteManifest("cosine: { min: 1% }", more: $"- {step}");
        return project;
    }
}
