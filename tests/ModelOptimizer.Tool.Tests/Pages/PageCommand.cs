namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>Something that a page tells its readers to type.</summary>
/// <param name="Page">The page, from the root of the checkout.</param>
/// <param name="Text">The command, without what is optional about its notation: comments, prompts, brackets.</param>
/// <param name="Shown">What the page says that the command prints; null when it shows nothing.</param>
internal sealed record PageCommand(string Page, string Text, string? Shown = null);
