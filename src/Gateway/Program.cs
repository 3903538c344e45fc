using Progeny.Gateway;
using Progeny.Grains.Hosting;

return await NodeProgram.RunAsync(() => GatewayApp.Build(args));
