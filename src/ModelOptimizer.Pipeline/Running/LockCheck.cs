using ModelOptimizer.Pipeline.Locking;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Whether a model's lock still answers.</summary>
internal sealed class LockCheck(LockFile locks, ModelPlan model, RunOptions options, RunRecord record)
{
    private const string Renew = "Run 'modelopt compress', look at what changed, and commit the lock file.";

    /// <summary>The lock when it is of these inputs; null, and said so, when there is none that answers.</summary>
    /// <exception cref="DiagnosticException"><c>--locked</c>, and there is none, or an old one.</exception>
    public LockedModel? Find(LockedInputs inputs)
    {
        var place = new SourcePosition(locks.Path);
        if (locks.Find(model.Name) is not { } locked)
        {
            return options.Locked
                ? throw new DiagnosticException(LockCodes.Missing, $"Nothing is locked for model '{model.Name}'. {Renew}", place)
                : null;
        }

        var changes = locked.Inputs.Changes(inputs);
        // A build goes on with what earlier versions wrote without a seal; whoever asks for certainty gets no answer from it.
        if (!LockFile.IsIntact(locked) && locked.Seal is not null)
        {
            changes = [.. changes, "the model's entry in the lock file"];
        }

        var isUnsure = locked.Seal is null && (options.Locked || options.WriteLock);
        if (changes.Count == 0 && !isUnsure)
        {
            return locked;
        }

        var message = $"The lock of model '{model.Name}' is stale: "
            + (changes.Count > 0 ? $"{string.Join(", ", changes)} changed since it was made" : "it has no seal, as earlier versions wrote none");
        if (options.Locked)
        {
            throw new DiagnosticException(LockCodes.Stale, $"{message}. {Renew}", place);
        }

        if (!options.WriteLock)
        {
            record.Report(new Diagnostic(LockCodes.Stale, DiagnosticSeverity.Warning, $"{message}, so everything is decided anew. {Renew}", place));
        }

        return null;
    }

    /// <summary>Holds an output against the lock.</summary>
    /// <param name="locked">The lock.</param>
    /// <param name="sha256">Of the output.</param>
    /// <param name="deviceClass">Of this run.</param>
    /// <param name="replayed">What the locked choices give here, where another class makes other bytes; null when the output is just that.</param>
    /// <exception cref="DiagnosticException">It is another one.</exception>
    public void Compare(LockedModel locked, string sha256, string deviceClass, Func<string>? replayed)
    {
        if (locked.Output == sha256)
        {
            return;
        }

        if (locked.IsFromHere(deviceClass))
        {
            throw Other(locked, sha256, "although inputs, tool and device are the same");
        }

        record.Observer.Message(
            $"{model.Name}: the lock file was made by modelopt {locked.Tool} on {locked.Device}; here ({ToolIdentity.Version}, {deviceClass}) the same choices "
                + "give other bytes, and the gates decide."
        );
        if (replayed is not null && replayed() is var here && here != sha256)
        {
            throw Other(locked, sha256, $"nor what the locked choices give on this machine ({here})");
        }
    }

    private DiagnosticException Other(LockedModel locked, string sha256, string why) => new(
        LockCodes.OtherOutput,
        $"The compressed model '{model.Name}' is not the one that was locked (SHA-256 {sha256}, locked {locked.Output}), {why}. Was the file changed by hand, "
            + $"or is it from another commit? {Renew}",
        new SourcePosition(locks.Path));
}
