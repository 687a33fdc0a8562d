const which=process.argv[2]; const lib = which==='old' ? '/tmp/old/libs/dataset/src/index.ts' : '@dsf/dataset'
const { loadDataset, readRules, compileExpressions } = await import(lib)
const { realEvents } = await import('/work/main/infra/feed/real-events.ts'); const { cellsOf } = await import('/work/main/infra/feed/quake.ts')
const ds=loadDataset('/work/main/datasets/earthquakes'); const rules=ds.fields.map(f=>readRules(f)); const rows=realEvents().map(cellsOf)
let sink=0
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)*1e3}
const best=(n,f)=>{ let b=1e9; for(let r=0;r<25;r++){ const t=cpu(); f(); b=Math.min(b,(cpu()-t)/n)} return b }
const all=()=>{ for(let k=0;k<10;k++) for(const row of rows) for(let i=0;i<22;i++) if(rules[i](row[i])!==null) sink++ }
all();all()
const out={all:best(10*rows.length*22,all).toFixed(1)}
for(const n of ['time','latitude','mag','nst','id','type','status','locationSource']){ const i=ds.fields.findIndex(f=>f.name===n); out[n]=best(30*rows.length,()=>{for(let k=0;k<30;k++) for(const row of rows) if(rules[i](row[i])!==null) sink++}).toFixed(0) }
const recs=rows.map(r=>Object.fromEntries(r.map((c,i)=>[ds.fields[i].column,rules[i](c)])))
for(const e of compileExpressions(ds)) out[e.name]=best(5*recs.length,()=>{for(let k=0;k<5;k++) for(const rec of recs) if(e.evaluate(rec)!==null) sink++}).toFixed(0)
console.log(which,JSON.stringify(out))
